/** What is failing, by cause: to show only its messages, or to tick all of them at once. */
import type { Cause, Signal } from '@/api/generated';
import { useNow } from '@/app/clock';
import type { Format } from '@/app/format';
import { useConnections, useFormat, useLineName } from '@/app/queries';
import { Checkbox, cx, Lamp, useRoving } from '@/components';
import styles from './Causes.module.css';
import { causeId } from './causes';
import { triageText } from './text';

const t = triageText.causes;
const ALL = 'all';

export interface CausesProps {
  causes: readonly Cause[];
  /** The id of the cause whose messages are shown, or null for all. */
  shown: string | null;
  onShow: (cause: Cause | null) => void;
  ticked: ReadonlySet<string>;
  onTick: (cause: Cause) => void;
  /** Esc; in a menu it is the menu's. */
  onEscape?: (() => void) | undefined;
}

/** Beside a status that speaks of the line: how that line is now. */
function lampOf(cause: Cause, line: Signal | undefined): Signal | null {
  if (cause.state === 'unknown') return 'unknown';
  if (!cause.retryable || line === undefined) return null;
  return line === 'clear' || line === 'caution' ? 'clear' : line;
}

function span(cause: Cause, format: Format, now: number): string {
  const from = format.when(cause.first_at, now);
  if (format.when(cause.last_at, now) === from) return from;
  const same = format.sameDay(cause.first_at, cause.last_at);
  return t.span(from, same ? format.time(cause.last_at) : format.when(cause.last_at, now));
}

export function Causes({ causes, shown, onShow, ticked, onTick, onEscape }: CausesProps) {
  const format = useFormat();
  const now = useNow();
  const lineName = useLineName();
  const lines = useConnections();
  const keys = [ALL, ...causes.map(causeId)];
  const find = (id: string) => causes.find((c) => causeId(c) === id);
  const roving = useRoving({
    keys,
    onOpen: (id) => onShow(find(id) ?? null),
    onClose: onEscape,
    onToggle: (id) => {
      const cause = find(id);
      if (cause !== undefined) onTick(cause);
    },
  });
  const total = causes.reduce((n, c) => n + c.count, 0);

  return (
    <>
      <p id="causes-hint" className="vh">
        {t.hint}
      </p>
      <table
        {...roving.gridProps}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is a grid: one tab stop, arrows inside
        role="grid"
        aria-label={t.label}
        aria-describedby="causes-hint"
        aria-multiselectable="true"
        className={styles.table}
      >
        <tbody>
          <tr
            {...roving.rowProps(ALL)}
            className={styles.all}
            aria-current={shown === null || undefined}
            onClick={() => onShow(null)}
          >
            <td colSpan={2}>
              {triageText.allCauses}
              <span className={styles.count}>{format.number(total)}</span>
            </td>
          </tr>
          {causes.map((cause) => {
            const id = causeId(cause);
            const lamp = lampOf(cause, lines?.find((l) => l.id === cause.connection)?.signal);
            const unknown = cause.state === 'unknown';
            const label = unknown ? t.unknown : t.select;
            return (
              <tr
                key={id}
                {...roving.rowProps(id)}
                className={styles.row}
                aria-selected={ticked.has(id)}
                aria-current={shown === id || undefined}
                onClick={(event) => {
                  if (!(event.target as HTMLElement).closest('label,input'))
                    onShow(shown === id ? null : cause);
                }}
              >
                <td className={styles.tick}>
                  <Checkbox
                    label={label(cause.say, format.number(cause.count))}
                    hideLabel
                    tabIndex={-1}
                    disabled={unknown}
                    checked={ticked.has(id)}
                    onChange={() => onTick(cause)}
                  />
                </td>
                <td>
                  <span className={styles.top}>
                    <span className={styles.name} title={cause.say}>
                      {cause.say}
                    </span>
                    <span className={styles.count}>{format.number(cause.count)}</span>
                  </span>
                  <span className={styles.sub}>{lineName(cause.connection)}</span>
                  <span className={cx(styles.sub, styles.when)}>
                    {cause.code !== '' && (
                      <>
                        <span className="mono nowrap">{cause.code}</span> ·{' '}
                      </>
                    )}
                    <span className="nowrap">{span(cause, format, now)}</span>
                  </span>
                  <span className={cx(styles.sub, styles.status)}>
                    {lamp !== null && <Lamp signal={lamp} size={11} silent />}
                    <span>{cause.status}</span>
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
