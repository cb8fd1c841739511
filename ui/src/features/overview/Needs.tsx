/** What needs a person: which, why, what it costs, and one action. */
import type { Connection, NeedsYou, Signal } from '@/api/generated';
import { age, type Format, fact } from '@/app/format';
import { refusalText, sentence } from '@/app/refusal';
import { Button, ButtonLink, KeyFacts, Lamp } from '@/components';
import styles from './Needs.module.css';
import { overviewText as t } from './text';
import { isLineCommand, useLineCommand } from './useLineAction';

const kinds: Record<NeedsYou['kind'], Signal> = {
  line: 'danger',
  messages: 'caution',
  vault: 'danger',
  disk: 'danger',
  unknown_outcomes: 'unknown',
};

export interface NeedsProps {
  items: readonly NeedsYou[];
  lines: readonly Connection[];
  format: Format;
  now: number;
}

export function Needs({ items, lines, format, now }: NeedsProps) {
  const command = useLineCommand();
  if (items.length === 0) return null;
  return (
    <section className={styles.needs} aria-label={t.needs.label} data-one={items.length === 1 || undefined}>
      {items.map((item) => {
        const line = lines.find((l) => l.id === item.connection);
        const signal = item.kind === 'line' ? (line?.signal ?? 'danger') : kinds[item.kind];
        const own = isLineCommand(item.action.command) ? item.action.command : null;
        const id = item.connection;
        return (
          <article key={item.id} className={styles.card} aria-labelledby={`need-${item.id}`}>
            <Lamp signal={signal} />
            <h2 id={`need-${item.id}`} className={styles.title}>
              {item.title}
            </h2>
            {item.since !== null && (
              <span className={styles.since} data-signal={signal}>
                {t.needs.since(format.when(item.since, now), age(item.since, now))}
              </span>
            )}
            <p className={styles.why}>{sentence(item.say)}</p>
            <div className={styles.foot}>
              <KeyFacts
                facts={item.facts
                  .slice(0, 3)
                  .map((f) => ({ value: fact(f.value, format, now), label: f.label }))}
              />
              <span className={styles.action}>
                {own !== null && id !== null ? (
                  <Button
                    variant="primary"
                    busy={command.running === id}
                    onClick={() => command.run(own, id)}
                  >
                    {item.action.label}
                  </Button>
                ) : (
                  <ButtonLink variant="primary" to={item.action.to}>
                    {item.action.label}
                  </ButtonLink>
                )}
              </span>
              {command.error !== null && command.failedFor === id && own !== null && (
                <p className={styles.error} role="alert">
                  {refusalText(command.error)}
                </p>
              )}
            </div>
          </article>
        );
      })}
    </section>
  );
}
