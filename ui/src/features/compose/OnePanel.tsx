/** What will happen, beside the form: to whom, by which line, how long, when, and how it will read. */
import type { ReactNode } from 'react';
import type { Channel, Connection, Preview } from '@/api/generated';
import { address } from '@/app/format';
import { useFormat, useLineName } from '@/app/queries';
import { sentence } from '@/app/refusal';
import { FactRows, Lamp, Note, Waiting } from '@/components';
import { outsiders } from './alphabet';
import styles from './Compose.module.css';
import type { Draft } from './draft';
import { Bubble } from './parts';
import { composeText as t } from './text';

/** Offending characters that are named one by one. */
const NAMED = 5;

export function forcedText(body: string): string | null {
  const all = outsiders(body);
  if (all.length === 0) return null;
  const named = all.slice(0, NAMED).map((c) => `“${c}”`);
  const rest = all.length - named.length;
  const list = [...named, ...(rest > 0 ? [t.check.forcedMore(rest)] : [])].join(', ');
  return t.check.forced(list, all.length);
}

export interface OnePanelProps {
  preview: Preview | undefined;
  /** False while it is about what stood in the form a moment ago. */
  fresh: boolean;
  checking: boolean;
  draft: Draft;
  channel: Channel | null;
  lines: readonly Connection[];
  footer: ReactNode;
  children: ReactNode;
}

export function OnePanel({
  preview,
  fresh,
  checking,
  draft,
  channel,
  lines,
  footer,
  children,
}: OnePanelProps) {
  const format = useFormat();
  const lineName = useLineName();
  const line = lines.find((l) => l.id === preview?.connection);
  const forced = preview?.segments?.encoding === 'ucs2' ? forcedText(preview.body) : null;
  const values = { ...draft.values, name: draft.name };
  return (
    <aside className={styles.right} aria-label={t.check.title}>
      <div className={styles.scroll} aria-live="polite">
        <h2>{t.check.title}</h2>
        {preview === undefined ? (
          checking ? (
            <Waiting>{t.check.checking}</Waiting>
          ) : (
            <p className="ink3">{t.check.incomplete}</p>
          )
        ) : (
          <FactRows
            labels={84}
            rows={[
              { label: t.check.to, value: address(preview.to) },
              {
                label: t.check.by,
                value: (
                  <span className={styles.lineNow}>
                    {line && <Lamp signal={line.signal} size={12} />}
                    {lineName(preview.connection)}
                  </span>
                ),
              },
              {
                label: t.check.length,
                value:
                  preview.segments === null
                    ? t.check.characters([...preview.body].length)
                    : t.check.segments(format.number(preview.segments.units), preview.segments.segments),
              },
              {
                label: t.check.leaves,
                value: preview.send_at === null ? t.check.now : format.full(preview.send_at),
              },
              { label: t.check.until, value: format.full(preview.useful_until) },
            ]}
          />
        )}
        {children}
        {preview?.notes.map((note) => (
          <Note key={note} signal="caution">
            {sentence(note)}
          </Note>
        ))}
        {forced !== null && <Note signal="caution">{forced}</Note>}
        {line?.environment === 'practice' && <Note icon="practice">{t.check.practice}</Note>}
        {draft.body.trim() !== '' && (
          <section aria-label={t.check.preview}>
            <div className={styles.previewHead}>
              <h3>{t.check.preview}</h3>
            </div>
            {channel === 'email' && draft.subject !== '' && (
              <span className={styles.subject}>{draft.subject}</span>
            )}
            <Bubble template={draft.body} values={values} filled={fresh ? preview?.body : undefined} />
          </section>
        )}
      </div>
      <div className={styles.footer}>{footer}</div>
    </aside>
  );
}
