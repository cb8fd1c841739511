/** The last checks of one line: height and colour per tick, gaps stay gaps. */
import { memo } from 'react';
import type { Check } from '@/api/generated';
import type { Format } from '@/app/format';
import styles from './CheckStrip.module.css';
import { gaps, SLOTS, type StripWindow, summary, type Tick, ticks } from './strip';
import { partText } from './text';

const PITCH = 2;
const WIDTH = SLOTS * PITCH;
const HEIGHT = 18;

const shape = {
  answered: { y: 9, height: 7, width: 1 },
  slow: { y: 4, height: 12, width: 1.25 },
  failed: { y: 0, height: 17, width: 2 },
} as const;

function path(slots: readonly Tick[], kind: keyof typeof shape): string {
  const { y, height, width } = shape[kind];
  return slots
    .map((tick, i) => (tick === kind ? `M${i * PITCH} ${y}h${width}v${height}h-${width}z` : ''))
    .join('');
}

/** What the strip says in words. */
export function stripText(checks: readonly Check[], format: Format): string {
  const s = summary(checks);
  if (s.total === 0) return partText.strip.none;
  const parts = [partText.strip.answered(s.answered, s.total)];
  if (s.slow > 0) parts.push(partText.strip.slow(s.slow));
  if (s.failed > 0 && s.lastFailed !== null)
    parts.push(partText.strip.failed(s.failed, format.time(s.lastFailed)));
  if (s.failingSince !== null && s.failed > 1)
    parts.push(partText.strip.failingSince(format.time(s.failingSince)));
  return parts.join(', ');
}

export interface CheckStripProps {
  checks: readonly Check[];
  /** Null, or no checks: a dashed baseline only. */
  window: StripWindow | null;
  format: Format;
}

export const CheckStrip = memo(function CheckStrip({ checks, window, format }: CheckStripProps) {
  const slots = window === null ? [] : ticks(checks, window);
  const empty = slots.every((s) => s === null);
  const broken = empty ? ([[0, SLOTS]] as [number, number][]) : gaps(slots);
  let solid = '';
  let from = 0;
  for (const [start, end] of [...broken, [SLOTS, SLOTS] as [number, number]]) {
    if (start > from) solid += `M${from * PITCH} 17.5H${start * PITCH}`;
    from = end;
  }
  return (
    <span className={styles.wrap}>
      <svg
        width={WIDTH}
        height={HEIGHT}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        aria-hidden="true"
        focusable="false"
      >
        <path className={styles.rail} d={solid || 'M0 0'} />
        <path
          className={styles.broken}
          d={broken.map(([a, b]) => `M${a * PITCH} 17.5H${b * PITCH}`).join('') || 'M0 0'}
        />
        <path className={styles.answered} d={path(slots, 'answered') || 'M0 0'} />
        <path className={styles.slow} d={path(slots, 'slow') || 'M0 0'} />
        <path className={styles.failed} d={path(slots, 'failed') || 'M0 0'} />
      </svg>
      <span className="vh">{stripText(checks, format)}</span>
    </span>
  );
});
