/** Several rehearsals told as one: a selection may hold causes and single messages. */
import type { RetryResult } from '@/api/generated';

export interface LineShare {
  connection: string;
  count: number;
  /** Null while the line is stopped. */
  starts: string | null;
  ends: string | null;
}

export interface SkipGroup {
  why: string;
  messages: { id: string; to: string }[];
}

export interface Rehearsed {
  would: number;
  skipped: number;
  groups: SkipGroup[];
  /** Left out, beyond those that are listed. */
  unlisted: number;
  lines: LineShare[];
  segments: number | null;
  order: string[];
  /** From the first to the last, over all lines that are not stopped; null when none leaves. */
  lasts: number | null;
}

const ms = (instant: string) => Date.parse(instant);

/** By one line the second share follows the first. */
function follow(a: LineShare, b: LineShare): LineShare {
  const count = a.count + b.count;
  if (a.starts === null || b.starts === null || a.ends === null || b.ends === null) {
    return { connection: a.connection, count, starts: null, ends: null };
  }
  const starts = a.starts < b.starts ? a.starts : b.starts;
  const span = ms(a.ends) - ms(a.starts) + (ms(b.ends) - ms(b.starts));
  return { connection: a.connection, count, starts, ends: new Date(ms(starts) + span).toISOString() };
}

export function merge(results: readonly RetryResult[]): Rehearsed {
  const lines = new Map<string, LineShare>();
  const groups = new Map<string, SkipGroup>();
  let listed = 0;
  for (const result of results) {
    for (const part of result.by_connection) {
      if (part.count === 0) continue;
      const next: LineShare = {
        connection: part.connection,
        count: part.count,
        starts: part.starts_at,
        ends: part.ends_at,
      };
      const old = lines.get(part.connection);
      lines.set(part.connection, old === undefined ? next : follow(old, next));
    }
    for (const { id, to, why } of result.skipped) {
      const group = groups.get(why) ?? { why, messages: [] };
      group.messages.push({ id, to });
      groups.set(why, group);
      listed += 1;
    }
  }
  const would = results.reduce((n, r) => n + (r.would_send ?? r.sent ?? 0), 0);
  const skipped = results.reduce((n, r) => n + r.skipped_count, 0);
  const shares = [...lines.values()];
  const moving = shares.flatMap((l) =>
    l.starts === null || l.ends === null ? [] : [[l.starts, l.ends] as const],
  );
  const segments = results.flatMap((r) => (r.segments === null ? [] : [r.segments]));
  return {
    would,
    skipped,
    groups: [...groups.values()].sort((a, b) => b.messages.length - a.messages.length),
    unlisted: Math.max(0, skipped - listed),
    lines: shares,
    segments: segments.length === 0 ? null : segments.reduce((n, s) => n + s, 0),
    order: [...new Set(results.filter((r) => (r.would_send ?? r.sent ?? 0) > 0).map((r) => r.order))],
    lasts:
      moving.length === 0
        ? null
        : Math.max(...moving.map(([, ends]) => ms(ends))) - Math.min(...moving.map(([starts]) => ms(starts))),
  };
}
