/** The overview screen. */
import { useNow } from '@/app/clock';
import { makeFormat } from '@/app/format';
import { useCommand, useStatus } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { useLink } from '@/app/useLink';
import { ErrorState, Note, SkeletonRows } from '@/components';
import { Board } from './Board';
import { Changes } from './Changes';
import { FirstRun } from './FirstRun';
import { Hours } from './Hours';
import { Needs } from './Needs';
import styles from './Overview.module.css';
import { overviewText as t } from './text';
import { Verdict } from './Verdict';

export function Overview() {
  const { data, error, isFetching, refetch } = useCommand('overview', {});
  const status = useStatus();
  const now = useNow();
  const link = useLink();
  const format = makeFormat(data?.zone ?? status?.zone ?? 'UTC');

  if (data !== undefined && data.lines.length === 0) {
    return (
      <Screen title={t.title} newMessage={false}>
        <FirstRun />
      </Screen>
    );
  }
  if (data === undefined) {
    return (
      <Screen title={t.title}>
        {error !== null ? (
          <ErrorState
            error={error}
            title={t.cannot}
            onRetry={() => void refetch()}
            busy={isFetching}
            compact
          />
        ) : (
          <>
            <Verdict signal="unknown" say={t.checking(status?.lines)} detail={null} />
            <SkeletonRows label={t.checking(status?.lines)} />
          </>
        )}
      </Screen>
    );
  }
  const known = error === null && link.state === 'fine';
  return (
    <Screen title={t.title}>
      <div className={styles.layout}>
        {error !== null && link.state === 'fine' && (
          <Note signal="unknown" role="status" className={styles.stale}>
            {error.message} {error.remedy}
          </Note>
        )}
        {known ? (
          <Verdict
            {...data.verdict}
            when={format.full(now)}
            checked={t.checked(format.seconds(data.verdict.checked_at))}
          />
        ) : (
          // What was clear an hour ago is not clear now.
          <Verdict
            signal="unknown"
            say={t.cannotSince(format.timeZoned(data.now))}
            detail={data.verdict.say}
          />
        )}
        <Needs items={data.needs_you} lines={data.lines} format={format} now={now} />
        <Board lines={data.lines} format={format} now={now} />
        <div className={styles.lower}>
          <Hours hours={data.hours} format={format} now={now} />
          <Changes changes={data.changes} format={format} now={now} />
        </div>
      </div>
    </Screen>
  );
}
