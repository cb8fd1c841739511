/** When a batch begins and about when it ends, from what the core says of the line. */

export interface Pace {
  /** Message parts a second; null without a limit of its own. */
  per_second: number | null;
  /** How long what waits already will take. */
  backlog_s: number | null;
}

export interface Span {
  starts: number;
  /** Null where the line has no pace to reckon with. */
  ends: number | null;
}

/** @param units message parts in all. */
export function spanOf(starts: number, units: number, pace: Pace | null): Span {
  if (pace === null || pace.per_second === null || pace.per_second <= 0) return { starts, ends: null };
  const seconds = (pace.backlog_s ?? 0) + units / pace.per_second;
  return { starts, ends: starts + Math.ceil(seconds) * 1000 };
}

/** How many parts of the batch would come too late. */
export function tooLate(span: Span, usefulUntil: number | null, units: number): number {
  if (span.ends === null || usefulUntil === null || span.ends <= usefulUntil || units === 0) return 0;
  const whole = span.ends - span.starts;
  const inTime = Math.max(0, usefulUntil - span.starts);
  return Math.ceil(units * (1 - inTime / whole));
}
