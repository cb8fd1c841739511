/** The rehearsal of a file: how many, by which line, from when to when, what is left out, how it will read. */
import { type ReactNode, useState } from 'react';
import type { Channel, Connection, ImportCheck } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address, type Format } from '@/app/format';
import { useFormat, useLineName } from '@/app/queries';
import { errorBeside, refusalText } from '@/app/refusal';
import { channelWord } from '@/app/words';
import { FactRows, IconButton, Lamp, Note, Waiting } from '@/components';
import styles from './Compose.module.css';
import { forcedText } from './OnePanel';
import { composeText as t } from './text';
import type { Rehearsal } from './useRehearsal';

/** "10 rows are left out: 6 to fix, 2 opted out, 2 repetitions." */
export function leftOutText(check: ImportCheck, format: Format): string | null {
  if (check.bad_count === 0) return null;
  const fix = check.bad_count - check.duplicates - check.opted_out;
  const parts = [
    ...(fix > 0 ? [t.rehearsal.fix(format.number(fix))] : []),
    ...(check.opted_out > 0 ? [t.rehearsal.optedOut(format.number(check.opted_out))] : []),
    ...(check.duplicates > 0 ? [t.rehearsal.duplicates(check.duplicates)] : []),
  ];
  return t.rehearsal.left(check.bad_count, parts.join(', '));
}

export function RehearsalFacts({
  check,
  rehearsal,
  lines,
}: {
  check: ImportCheck;
  rehearsal: Rehearsal;
  lines: readonly Connection[];
}) {
  const format = useFormat();
  const lineName = useLineName();
  const now = useNow();
  const line = lines.find((l) => l.id === rehearsal.connection);
  const { span } = rehearsal;
  return (
    <FactRows
      labels={84}
      rows={[
        {
          label: t.rehearsal.people,
          value: t.rehearsal.of(format.number(check.ready), format.number(check.rows)),
        },
        ...(check.segments === null
          ? []
          : [{ label: t.rehearsal.length, value: t.rehearsal.segments(check.segments) }]),
        ...(line === undefined
          ? []
          : [
              {
                label: t.check.by,
                value: (
                  <span className={styles.lineNow}>
                    <Lamp signal={line.signal} size={12} />
                    {lineName(line.id)}
                  </span>
                ),
              },
            ]),
        ...(span === null || check.ready === 0
          ? []
          : [
              {
                label: t.rehearsal.starts,
                value: span.starts <= now ? t.check.now : format.full(span.starts),
              },
              {
                label: t.rehearsal.ends,
                value:
                  span.ends === null ? (
                    <span title={t.rehearsal.endsWhy}>{t.rehearsal.endsUnknown}</span>
                  ) : format.sameDay(span.ends, now) ? (
                    format.timeZoned(span.ends)
                  ) : (
                    format.full(span.ends)
                  ),
              },
            ]),
        ...(rehearsal.usefulUntil === null
          ? []
          : [{ label: t.check.until, value: format.full(rehearsal.usefulUntil) }]),
      ]}
    />
  );
}

export interface ManyPanelProps {
  check: ImportCheck | undefined;
  checking: boolean;
  channel: Channel | null;
  rehearsal: Rehearsal;
  lines: readonly Connection[];
  footer: ReactNode;
}

export function ManyPanel({ check, checking, channel, rehearsal, lines, footer }: ManyPanelProps) {
  const format = useFormat();
  const [wanted, setAt] = useState(0);
  const at = Math.min(wanted, Math.max(0, (check?.preview.length ?? 0) - 1));
  const row = check?.preview[at];
  const left = check === undefined ? null : leftOutText(check, format);
  const line = lines.find((l) => l.id === rehearsal.connection);
  const forced = row !== undefined && channel === 'sms' ? forcedText(row.body) : null;
  const problem = errorBeside(rehearsal.error, ['send_at', 'useful_until']);
  return (
    <aside className={styles.right} aria-label={t.check.title}>
      <div className={styles.scroll}>
        <h2>{t.check.title}</h2>
        {checking && <Waiting>{t.check.checking}</Waiting>}
        {check === undefined ? (
          !checking && <p className="ink3">{t.csv.panel}</p>
        ) : (
          <RehearsalFacts check={check} rehearsal={rehearsal} lines={lines} />
        )}
        {problem !== null && (
          <Note signal="danger" role="alert">
            {refusalText(problem)}
          </Note>
        )}
        {check !== undefined &&
          rehearsal.notes.map((note) => (
            <Note key={note} signal="caution">
              {note}
            </Note>
          ))}
        {rehearsal.late > 0 && <Note signal="caution">{t.rehearsal.late(rehearsal.late)}</Note>}
        {line?.environment === 'practice' && <Note icon="practice">{t.check.practice}</Note>}
        {row !== undefined && check !== undefined && (
          <section aria-label={t.check.preview}>
            <div className={styles.previewHead}>
              <h3>{t.rehearsal.previewRow(format.number(row.row))}</h3>
              <IconButton
                icon="left"
                size="sm"
                label={t.rehearsal.previous}
                disabled={at === 0}
                onClick={() => setAt(at - 1)}
              />
              <IconButton
                icon="right"
                size="sm"
                label={t.rehearsal.next}
                disabled={at >= check.preview.length - 1}
                onClick={() => setAt(at + 1)}
              />
            </div>
            <div className={styles.bubble}>{row.body}</div>
            <p className="ink3 t12">
              {[row.name, address(row.to)].filter(Boolean).join(', ')}
              {channel !== null && `, ${channelWord(channel)}`}
              {row.segments !== null && `, ${t.rehearsal.segments(row.segments)}`}
            </p>
          </section>
        )}
        {forced !== null && <Note signal="caution">{forced}</Note>}
        {left !== null && <Note icon="no">{left}</Note>}
      </div>
      <div className={styles.footer}>{footer}</div>
    </aside>
  );
}
