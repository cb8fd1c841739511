/** One sentence about a line: what it is, and what it costs. */
import type { Connection } from '@/api/generated';
import { age, type Format } from '@/app/format';
import { sentence } from '@/app/refusal';
import { linesText as t } from './text';

type Line = Pick<
  Connection,
  'state' | 'signal' | 'waiting' | 'since' | 'reason' | 'first_expiry' | 'breaker'
>;

/** "Signed out", "Clear", "Failing". */
export function lineState(line: Pick<Line, 'state' | 'signal' | 'breaker'>): string {
  if (line.state === 'reconnect' || line.state === 'admin' || line.state === 'paused')
    return t.state[line.state];
  if (line.state === 'disabled') return t.state.disabled;
  if (line.breaker.open_until !== null) return t.failing;
  if (line.state === 'pending' && line.signal === 'unknown') return t.state.pending;
  return t.signalState[line.signal];
}

export function verdictOf(line: Line): string {
  const stopped = line.signal === 'danger' || line.signal === 'off';
  const work =
    line.waiting === 0 ? t.page.nothing : stopped ? t.page.held(line.waiting) : t.page.waiting(line.waiting);
  return `${lineState(line)}. ${work}`;
}

/** Why, what it costs, and what comes by itself. */
export function verdictDetail(line: Line, format: Format, now: number): string {
  const parts: string[] = [];
  if (line.reason !== null) parts.push(sentence(line.reason.say));
  if (line.signal !== 'clear') parts.push(t.page.since(format.when(line.since, now), age(line.since, now)));
  if (line.waiting > 0 && line.first_expiry !== null && line.signal !== 'clear')
    parts.push(
      t.page.expiry(
        format.sameDay(line.first_expiry, now)
          ? format.timeZoned(line.first_expiry)
          : format.full(line.first_expiry),
      ),
    );
  if (line.breaker.open_until !== null) parts.push(t.page.again(format.timeZoned(line.breaker.open_until)));
  if (line.reason !== null && line.reason.remedy !== '') parts.push(sentence(line.reason.remedy));
  return parts.join(' ');
}
