/** One message beside its list. The head stands at once, from the row; the rest follows. */
import type { Message } from '@/api/generated';
import { paths } from '@/app/paths';
import { recipient, useCommand, useFormat, useLineName } from '@/app/queries';
import { ButtonLink, Drawer, DrawerSection, ErrorState, SkeletonRows } from '@/components';
import { Actions } from './Actions';
import { allowed } from './allowed';
import { Facts, Happened, Next, Text, ToWhom, Why } from './Detail';
import styles from './Detail.module.css';
import { Resolve } from './Resolve';
import { Technical } from './Technical';
import { TroubleNote } from './TroubleNote';
import { messagesText, detailText as t } from './text';
import type { Decisions } from './useDecisions';

export interface MessageDrawerProps {
  id: string;
  /** The row it was opened from, while it is in memory. */
  row: Message | undefined;
  decisions: Decisions;
  onClose: () => void;
  /** Rows are ticked, so the primary button is in the bar below. */
  quiet?: boolean | undefined;
}

export function MessageDrawer({ id, row, decisions, onClose, quiet = false }: MessageDrawerProps) {
  const { data, error, isFetching, refetch } = useCommand('message', { id });
  const format = useFormat();
  const line = useLineName();
  // The list is read again sooner than the message, or later: the newer of the two is true.
  const head = data !== undefined && (row === undefined || data.updated_at >= row.updated_at) ? data : row;
  const trouble = decisions.trouble?.id === id ? decisions.trouble : null;

  if (head === undefined) {
    return (
      <Drawer label={messagesText.page} title={messagesText.page} onClose={onClose}>
        <DrawerSection>
          {error === null ? (
            <SkeletonRows label={t.reading} />
          ) : (
            <ErrorState error={error} onRetry={() => void refetch()} busy={isFetching} compact />
          )}
        </DrawerSection>
      </Drawer>
    );
  }
  const who = recipient(head);
  const buttons = allowed(head).some((action) => action !== 'resolve');
  return (
    <Drawer
      label={messagesText.one(who)}
      lead={<Next message={head} />}
      title={who}
      subtitle={<ToWhom message={head} />}
      onClose={onClose}
      actions={
        head.failure === null && !buttons && trouble === null ? undefined : (
          <>
            {head.failure !== null && <Why message={head} />}
            {buttons && <Actions message={head} decisions={decisions} quiet={quiet} keys />}
            {trouble !== null && <TroubleNote trouble={trouble} onClose={decisions.clearTrouble} />}
          </>
        )
      }
    >
      {allowed(head).includes('resolve') && (
        <DrawerSection title={t.sections.resolve}>
          <Resolve message={head} decisions={decisions} />
        </DrawerSection>
      )}
      {data === undefined && (
        <DrawerSection>
          {error === null ? (
            <SkeletonRows label={t.reading} />
          ) : (
            <ErrorState
              error={error}
              title={t.failed}
              onRetry={() => void refetch()}
              busy={isFetching}
              compact
            />
          )}
        </DrawerSection>
      )}
      {data !== undefined && (
        <>
          <DrawerSection title={t.sections.text}>
            <Text message={data} />
          </DrawerSection>
          <DrawerSection title={t.sections.happened(format.zoneName(data.created_at))}>
            <Happened message={data} />
          </DrawerSection>
          <DrawerSection>
            <Technical message={data} line={line} />
          </DrawerSection>
          <DrawerSection title={t.sections.facts}>
            <Facts message={data} />
            <p className={styles.openPage}>
              <ButtonLink to={paths.message(id)} size="sm" icon="external">
                {t.open}
              </ButtonLink>
            </p>
          </DrawerSection>
        </>
      )}
    </Drawer>
  );
}
