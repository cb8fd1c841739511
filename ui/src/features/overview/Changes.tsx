/** What changed on the lines, newest first. */
import type { Change } from '@/api/generated';
import type { Format } from '@/app/format';
import { paths } from '@/app/paths';
import { sentence } from '@/app/refusal';
import { AppLink, EmptyState, Lamp, Section } from '@/components';
import styles from './Changes.module.css';
import { overviewText as t } from './text';

export interface ChangesProps {
  changes: readonly Change[];
  format: Format;
  now: number;
}

export function Changes({ changes, format, now }: ChangesProps) {
  return (
    <Section title={t.changes.title} note={changes.length > 0 ? t.changes.note : undefined}>
      {changes.length === 0 ? (
        <EmptyState compact>{t.changes.none}</EmptyState>
      ) : (
        <ol className={styles.list}>
          {changes.map((change) => (
            <li key={change.id} className={styles.item}>
              <time dateTime={change.at}>{format.brief(change.at, now)}</time>
              <Lamp signal={change.signal} size={12} className={styles.lamp} />
              <span className={styles.say}>
                {change.connection === null ? (
                  sentence(change.say)
                ) : (
                  <AppLink to={paths.line(change.connection)} className={styles.link}>
                    {sentence(change.say)}
                  </AppLink>
                )}
                {change.detail !== null && <span className="ink2"> {change.detail}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
