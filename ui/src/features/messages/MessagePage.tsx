/** One message as a page: for a link, a second window, or a long look. */
import { getRouteApi } from '@tanstack/react-router';
import { paths } from '@/app/paths';
import { recipient, useCommand, useFormat, useLineName } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { useShortcuts } from '@/app/shortcuts';
import { ErrorState, Note, Section, SkeletonRows } from '@/components';
import { Actions } from './Actions';
import { allowed } from './allowed';
import { Facts, Happened, Next, Text, ToWhom, Why } from './Detail';
import styles from './Detail.module.css';
import { Resolve } from './Resolve';
import { Technical } from './Technical';
import { TroubleNote } from './TroubleNote';
import { messagesText, detailText as t } from './text';
import { useDecisions } from './useDecisions';

const route = getRouteApi('/messages/$id');
const crumbs = [{ label: messagesText.title, to: paths.messages() }];

export function MessagePage() {
  const { id } = route.useParams();
  const { data, error, isFetching, refetch } = useCommand('message', { id });
  const format = useFormat();
  const line = useLineName();
  const decisions = useDecisions();
  const can = data === undefined ? [] : allowed(data);
  const { keys } = messagesText;

  useShortcuts([
    ...(data !== undefined && can.includes('retry')
      ? [{ keys: 'r', label: keys.retry, hint: keys.short.retry, run: () => decisions.retry(data) }]
      : []),
    ...(can.includes('dismiss')
      ? [
          {
            keys: 'e',
            label: keys.dismiss,
            hint: keys.short.dismiss,
            run: () => decisions.dismiss([{ ids: [id] }]),
          },
        ]
      : []),
    { keys: 'u', label: keys.undo, hint: keys.short.undo, run: decisions.undo },
  ]);

  if (data === undefined) {
    return (
      <Screen title={messagesText.page} crumbs={crumbs}>
        {error === null ? (
          <SkeletonRows label={t.reading} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} busy={isFetching} compact />
        )}
      </Screen>
    );
  }
  const who = recipient(data);
  return (
    <Screen title={messagesText.one(who)} crumbs={crumbs}>
      <div className={styles.page}>
        <div className={styles.left}>
          <div className={styles.head}>
            {error !== null && (
              <Note signal="unknown" role="status">
                <b>{error.message}</b> {error.remedy}
              </Note>
            )}
            <Next message={data} />
            <div>
              <h2>{who}</h2>
              <div className="ink3">
                <ToWhom message={data} />
              </div>
            </div>
            <Why message={data} />
            <Actions message={data} decisions={decisions} keys />
            {decisions.trouble !== null && (
              <TroubleNote trouble={decisions.trouble} onClose={decisions.clearTrouble} />
            )}
          </div>
          {can.includes('resolve') && (
            <Section title={t.sections.resolve}>
              <Resolve message={data} decisions={decisions} />
            </Section>
          )}
          <Section title={t.sections.text}>
            <Text message={data} />
          </Section>
          <Section title={t.sections.facts}>
            <Facts message={data} />
          </Section>
        </div>
        <div className={styles.right}>
          <Section title={t.sections.happened(format.zoneName(data.created_at))}>
            <Happened message={data} />
          </Section>
          <Technical message={data} line={line} />
        </div>
      </div>
    </Screen>
  );
}
