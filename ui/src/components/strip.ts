/** Where the ticks of a check strip stand. Pure, so that it can be tested without a screen. */
import type { Check } from '@/api/generated';

export const SLOTS = 60;

/** The core's own pace, until two checks tell. */
const USUAL_STEP_MS = 120_000;
/** Checks that follow each other by hand, or at a start, are no pace. */
const LEAST_STEP_MS = 60_000;

export interface StripWindow {
  from: number;
  to: number;
}

export type Tick = 'answered' | 'slow' | 'failed' | null;

const rank = { answered: 0, slow: 1, failed: 2 } as const;

/** The median time between two checks of one line, or null when there are fewer than two. */
export function cadence(checks: readonly Check[]): number | null {
  const times = checks.map((c) => Date.parse(c.at));
  const gaps = times.slice(1).map((t, i) => t - (times[i] ?? t));
  const sorted = gaps.filter((g) => g > 0).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/**
 * One window for all lines of a board, so that their strips can be compared: 60 steps of the fastest
 * line's cadence, ending now.
 */
export function commonWindow(
  lines: readonly { checks: readonly Check[] }[],
  now: number,
): StripWindow | null {
  const steps = lines.map((l) => cadence(l.checks)).filter((s): s is number => s !== null);
  const last = lines.map((l) => Date.parse(l.checks.at(-1)?.at ?? '')).filter((t) => !Number.isNaN(t));
  if (last.length === 0) return null;
  const to = Math.max(now, ...last);
  const step = steps.length === 0 ? USUAL_STEP_MS : Math.max(LEAST_STEP_MS, Math.min(...steps));
  return { from: to - step * SLOTS, to };
}

/**
 * 60 slots, oldest first. Two checks in one slot with an empty one before it are a matter of
 * rounding, and spread out; otherwise the worse one shows. Checks made while this computer was
 * offline say nothing about the line: they stay gaps.
 */
export function ticks(checks: readonly Check[], window: StripWindow): Tick[] {
  const step = (window.to - window.from) / SLOTS;
  const slots: Tick[] = Array.from({ length: SLOTS }, () => null);
  for (const check of checks) {
    const at = Date.parse(check.at);
    if (check.outcome === 'offline' || at < window.from || at > window.to) continue;
    const slot = Math.min(SLOTS - 1, Math.floor((at - window.from) / step));
    const held = slots[slot] ?? null;
    if (held === null) slots[slot] = check.outcome;
    else if (slot > 0 && slots[slot - 1] === null) {
      slots[slot - 1] = held;
      slots[slot] = check.outcome;
    } else if (rank[check.outcome] > rank[held]) slots[slot] = check.outcome;
  }
  return slots;
}

/** Stretches without any check, longer than two slots, as [first slot, slot after the last]. */
export function gaps(slots: readonly Tick[]): [number, number][] {
  const out: [number, number][] = [];
  let start = -1;
  for (let i = 0; i <= slots.length; i += 1) {
    const empty = i < slots.length && slots[i] === null;
    if (empty && start < 0) start = i;
    if (!empty && start >= 0) {
      if (i - start > 2 || i - start === slots.length) out.push([start, i]);
      start = -1;
    }
  }
  return out;
}

export interface StripSummary {
  total: number;
  answered: number;
  slow: number;
  failed: number;
  lastFailed: string | null;
  /** When every check since then failed. */
  failingSince: string | null;
}

export function summary(checks: readonly Check[]): StripSummary {
  const real = checks.filter((c) => c.outcome !== 'offline');
  const failed = real.filter((c) => c.outcome === 'failed');
  let failingSince: string | null = null;
  for (let i = real.length - 1; i >= 0 && real[i]?.outcome === 'failed'; i -= 1) {
    failingSince = real[i]?.at ?? null;
  }
  return {
    total: real.length,
    answered: real.filter((c) => c.outcome === 'answered').length,
    slow: real.filter((c) => c.outcome === 'slow').length,
    failed: failed.length,
    lastFailed: failed.at(-1)?.at ?? null,
    failingSince,
  };
}
