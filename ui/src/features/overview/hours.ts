/** The shape of the hour chart. Pure, so that it can be tested without a screen. */
import type { HourCount } from '@/api/generated';

export const series = ['delivered', 'awaiting', 'waiting', 'failed', 'scheduled'] as const;
export type Series = (typeof series)[number];

export type Totals = Record<Series, number>;

export function totals(hours: readonly HourCount[]): Totals {
  const sum: Totals = { delivered: 0, awaiting: 0, waiting: 0, failed: 0, scheduled: 0 };
  for (const hour of hours) for (const s of series) sum[s] += hour[s];
  return sum;
}

export function totalOf(hour: HourCount): number {
  return series.reduce((n, s) => n + hour[s], 0);
}

/** Round steps for the axis: at most four lines above zero. */
export function axis(max: number): number[] {
  if (max <= 0) return [0];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? power * 10);
  const out: number[] = [];
  for (let v = 0; v <= max; v += step) out.push(v);
  return out;
}

export interface Bar {
  series: Series;
  y: number;
  height: number;
}

const THIN = 1.5;
const GAP = 0.5;

/**
 * The stack of one hour, bottom up, within `height` pixels for `max`. Nothing that happened is drawn
 * thinner than a line, so that two failures among three hundred can be seen.
 */
export function stack(hour: HourCount, max: number, height: number, base: number): Bar[] {
  const out: Bar[] = [];
  let y = base;
  for (const s of series) {
    const n = hour[s];
    if (n === 0) continue;
    const h = Math.max(THIN, (n / max) * height - GAP);
    y -= h;
    out.push({ series: s, y, height: h });
    y -= GAP;
  }
  return out;
}

/** About how wide a letter of the axis is drawn, and the room between two of its labels, in pixels. */
const LETTER = 6.4;
const BETWEEN = 6;

/** Every how many hours one is named, so that no label touches the next: "12 AM" is wider than "00". */
export function labelEvery(labels: readonly string[], pitch: number): number {
  const widest = Math.max(0, ...labels.map((label) => label.length)) * LETTER + BETWEEN;
  return [1, 2, 3, 4, 6, 8, 12].find((every) => every * pitch >= widest) ?? 24;
}

/** Room at the left of the plot for the numbers of its axis. */
export function marginFor(labels: readonly string[]): number {
  return Math.max(34, Math.ceil(Math.max(0, ...labels.map((label) => label.length)) * LETTER) + 14);
}
