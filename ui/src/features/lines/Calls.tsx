/** The last calls to the provider, each with the message it was for. */
import { useId, useState } from 'react';
import type { ConnectionCall } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address, latency } from '@/app/format';
import { paths } from '@/app/paths';
import { useFormat } from '@/app/queries';
import { AppLink, cx, Segmented } from '@/components';
import styles from './Calls.module.css';
import { linesText } from './text';

const t = linesText.calls;

/** Not knowing is no failure, and looks like none. */
function tone(call: Pick<ConnectionCall, 'outcome'>): string | undefined {
  if (call.outcome === 'refused') return styles.bad;
  return call.outcome === 'unknown' ? styles.unsure : styles.quiet;
}

export function isFailed(call: Pick<ConnectionCall, 'outcome'>): boolean {
  return call.outcome === 'refused' || call.outcome === 'unknown';
}

export function Calls({ calls }: { calls: readonly ConnectionCall[] }) {
  const [show, setShow] = useState<'all' | 'failed'>('all');
  const format = useFormat();
  const now = useNow();
  const id = useId();
  const rows = show === 'all' ? calls : calls.filter(isFailed);
  return (
    <aside className={styles.panel} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{t.title}</h2>
        <Segmented
          label={t.show.label}
          value={show}
          options={[
            { value: 'all', label: t.show.all },
            { value: 'failed', label: t.show.failed },
          ]}
          onChange={setShow}
        />
      </div>
      {rows.length === 0 ? (
        <p className={styles.none}>{show === 'all' ? t.none : t.noneFailed}</p>
      ) : (
        <table className={styles.table}>
          <caption className="vh">{t.title}</caption>
          <colgroup>
            <col className={styles.time} />
            <col />
            <col className={styles.answer} />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">{t.time}</th>
              <th scope="col">{t.what}</th>
              <th scope="col">{t.answer}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((call) => {
              const detail = [t.attempt(call.n), call.code].filter(Boolean).join(', ');
              const word = t.outcome[call.outcome ?? 'open'];
              return (
                <tr key={call.id}>
                  <td className={styles.quiet}>
                    <time dateTime={call.intent_at}>{format.brief(call.intent_at, now)}</time>
                  </td>
                  <td>
                    <span className={styles.line}>
                      <AppLink to={paths.message(call.message)}>{address(call.to)}</AppLink>
                    </span>
                    <span className={cx(styles.line, styles.quiet, 't12')} title={call.detail ?? undefined}>
                      {detail}
                    </span>
                  </td>
                  <td>
                    <span className={cx(styles.line, tone(call))}>{word}</span>
                    <span className={cx(styles.line, styles.quiet, 't12')}>
                      {[call.http === null ? null : String(call.http), latency(call.took_ms)]
                        .filter(Boolean)
                        .join(', ')}
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </aside>
  );
}
