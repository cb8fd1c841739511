/** The overview screen. */
import { useNow } from '@/app/clock';
import { makeFormat } from '@/app/format';
import { useCommand, useStatus } from '@/app/queries';
import { Screen } from '@/app/Screen';
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
  return (
    <Screen title={t.title}>
      <div className={styles.layout}>
        {error !== null && (
          <Note signal="unknown" role="status" className={styles.stale}>
            <b>{t.cannotSince(format.timeZoned(data.now))}</b> {error.remedy}
          </Note>
        )}
        <Verdict
          signal={error === null ? data.verdict.signal : 'unknown'}
          say={data.verdict.say}
          detail={data.verdict.detail}
          when={format.full(now)}
          checked={t.checked(format.seconds(data.verdict.checked_at))}
        />
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
