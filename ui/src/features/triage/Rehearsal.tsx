/** Before many leave: who would, by which line and when, and who would not and why. Then Send. */
import { useEffect, useState } from 'react';
import { useNow } from '@/app/clock';
import { address, duration, type Format } from '@/app/format';
import { paths } from '@/app/paths';
import { useCore, useFormat, useLineName, useMutate } from '@/app/queries';
import { AppLink, ConfirmDialog, Disclosure, ErrorState, Icon, KeyFacts, toast, Waiting } from '@/components';
import { ApiError } from '@/host/host';
import styles from './Rehearsal.module.css';
import { type LineShare, merge, type Rehearsed } from './rehearsal';
import { triageText } from './text';
import type { Share } from './useTriageSelection';

const t = triageText.rehearsal;

export interface RehearsalProps {
  /** What is to be retried, or null while the dialog is closed. */
  share: Share | null;
  onClose: () => void;
  onSent: () => void;
}

type Stage = { kind: 'working' } | { kind: 'failed'; error: ApiError } | { kind: 'ready'; told: Rehearsed };

export function Rehearsal({ share, onClose, onSent }: RehearsalProps) {
  const { host } = useCore();
  const retry = useMutate('retry');
  const [stage, setStage] = useState<Stage>({ kind: 'working' });
  const [turn, setTurn] = useState(0);
  const [sending, setSending] = useState(false);
  const [refused, setRefused] = useState<ApiError | null>(null);
  // While the dialog fades, it still shows what it was about.
  const [shown, setShown] = useState<Share | null>(share);
  if (share !== null && share !== shown) setShown(share);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is another try at the same rehearsal
  useEffect(() => {
    if (share === null) return;
    let late = false;
    setStage({ kind: 'working' });
    setRefused(null);
    Promise.all(share.which.map((which) => host.call('retry', { ...which, dry_run: true })))
      .then((results) => {
        if (!late) setStage({ kind: 'ready', told: merge(results) });
      })
      .catch((error: ApiError) => {
        if (!late) setStage({ kind: 'failed', error });
      });
    return () => {
      late = true;
    };
  }, [host, share, turn]);

  const send = async () => {
    if (share === null || stage.kind !== 'ready' || sending) return;
    setSending(true);
    setRefused(null);
    let sent = 0;
    try {
      for (const which of share.which) sent += (await retry.mutateAsync(which)).sent ?? 0;
      toast({ text: t.sent(sent) });
      onSent();
    } catch (cause) {
      const error = cause as ApiError;
      const what = sent === 0 ? t.notSent : t.partly(sent);
      setRefused(
        new ApiError({ code: error.code, message: `${what} ${error.message}`, remedy: error.remedy }),
      );
    } finally {
      setSending(false);
    }
  };

  const total = stage.kind === 'ready' ? stage.told.would + stage.told.skipped : (shown?.count ?? 0);
  const would = stage.kind === 'ready' ? stage.told.would : 0;
  return (
    <ConfirmDialog
      open={share !== null}
      onClose={onClose}
      title={t.title(total)}
      description={t.say}
      confirm={stage.kind !== 'ready' ? t.send(total) : would === 0 ? t.nothing : t.send(would)}
      disabled={would === 0}
      busy={sending}
      error={refused}
      onConfirm={() => void send()}
      extra={would > 0 && <span className="ink3 t12">{t.checkedAgain}</span>}
    >
      {stage.kind === 'working' && <Waiting>{t.working(total)}</Waiting>}
      {stage.kind === 'failed' && (
        <ErrorState error={stage.error} title={t.failed} onRetry={() => setTurn(turn + 1)} compact />
      )}
      {stage.kind === 'ready' && <Told told={stage.told} />}
    </ConfirmDialog>
  );
}

function Told({ told }: { told: Rehearsed }) {
  const format = useFormat();
  const now = useNow();
  const lineName = useLineName();
  const total = told.would + told.skipped;
  return (
    <>
      <KeyFacts
        facts={[
          { value: t.of(format.number(told.would), format.number(total)), label: t.willBeSent },
          ...(told.segments === null ? [] : [{ value: format.number(told.segments), label: t.segments }]),
          ...(told.lasts === null
            ? []
            : [
                {
                  value: told.lasts < 1_000 ? t.atOnce : t.lasts(duration(told.lasts)),
                  label: told.lasts < 1_000 ? t.allLeave : t.toTheLast,
                },
              ]),
        ]}
      />
      <ul className={styles.lines}>
        {told.lines.map((line) => (
          <li key={line.connection}>
            <Icon name={line.starts === null ? 'clock' : 'arrow'} size={14} />
            <b>{format.number(line.count)}</b>
            <div>
              {line.starts === null
                ? t.waitFor(lineName(line.connection))
                : t.leave(lineName(line.connection))}
              <span className={styles.hint}>{when(line, format, now)}</span>
            </div>
          </li>
        ))}
        {told.groups.map((group) => (
          <li key={group.why}>
            <Icon name="no" size={14} />
            <b>{format.number(group.messages.length)}</b>
            <div>
              {t.skipped(group.why)}
              <Disclosure summary={t.view}>
                <ul className={styles.who}>
                  {group.messages.map((m) => (
                    <li key={m.id}>
                      <AppLink to={paths.triage({ message: m.id })}>{address(m.to)}</AppLink>
                    </li>
                  ))}
                </ul>
              </Disclosure>
            </div>
          </li>
        ))}
        {told.unlisted > 0 && (
          <li>
            <Icon name="no" size={14} />
            <b>{format.number(told.unlisted)}</b>
            <div>
              {t.skippedMore(format.number(told.unlisted))}
              <span className={styles.hint}>{t.skippedMoreHint}</span>
            </div>
          </li>
        )}
      </ul>
      {told.order.length > 0 && (
        <p className={styles.order}>
          <b>{t.order}</b> {told.order.join(' ')}
        </p>
      )}
    </>
  );
}

function when({ starts, ends }: LineShare, format: Format, now: number): string {
  if (starts === null || ends === null) return t.stopped;
  const zoned = (at: string) => `${format.when(at, now)} ${format.zoneName(at)}`;
  if (Date.parse(starts) > now + 60_000) return t.starts(zoned(starts), zoned(ends));
  return Date.parse(ends) - Date.parse(starts) < 1_000 ? t.now : t.startsNow(zoned(ends));
}
