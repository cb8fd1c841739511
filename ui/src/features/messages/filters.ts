/**
 * Filters, from the address and back. The address holds what a person can read (days of the business's
 * zone, states by name); `toArgs` turns it into what the core is asked.
 */
import type { Channel, MessageState, MessagesArgs } from '@/api/generated';
import type { Format } from '@/app/format';
import { asList, asText, type MessageFilters } from '@/app/paths';
import { words } from '@/app/text';
import { messagesText as t } from './text';

export type StateGroup =
  | 'waiting'
  | 'awaiting'
  | 'delivered'
  | 'failed'
  | 'unknown'
  | 'expired'
  | 'cancelled'
  | 'suppressed'
  | 'dismissed';

/** What people call one thing, though the core tells its parts apart. */
export const groupStates: Record<StateGroup, readonly MessageState[]> = {
  waiting: ['queued', 'sending', 'held'],
  awaiting: ['accepted', 'sent'],
  delivered: ['delivered', 'read'],
  failed: ['needs_attention'],
  unknown: ['unknown'],
  expired: ['expired'],
  cancelled: ['cancelled'],
  suppressed: ['suppressed'],
  dismissed: ['dismissed'],
};

export const allGroups = Object.keys(groupStates) as StateGroup[];
const allStates = Object.keys(words.state) as MessageState[];
const allChannels = Object.keys(words.channel) as Channel[];

const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

/** True for a day that exists: 2026-02-30 does not. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function asMoment(value: unknown): string | undefined {
  const text = asText(value);
  return text !== undefined && (isDay(text) || INSTANT.test(text)) ? text : undefined;
}

/** What the address says, without what makes no sense and without what belongs to others. */
export function readFilters(search: Record<string, unknown>): MessageFilters {
  return {
    q: asText(search.q),
    state: asList(search.state, allStates),
    channel: asList(search.channel, allChannels),
    connection: asList(search.connection),
    batch: asText(search.batch),
    cause: asText(search.cause),
    since: asMoment(search.since),
    until: asMoment(search.until),
    message: asText(search.message),
  };
}

/** The day after, as a day: no clock change can shift it. */
export function dayAfter(day: string, days = 1): string {
  const [y, m, d] = day.split('-').map(Number);
  return new Date(Date.UTC(y ?? 0, (m ?? 1) - 1, (d ?? 1) + days)).toISOString().slice(0, 10);
}

/** The day an instant falls on in the business's zone. */
export function dayOf(instant: string | number, format: Format): string {
  return format.toField(instant).slice(0, 10);
}

function startOf(day: string, format: Format): string | undefined {
  return format.fromField(`${day}T00:00`) ?? undefined;
}

/** `until` is the last day wanted, so the core is asked for everything before the next one begins. */
export function toArgs(filters: MessageFilters, format: Format): Omit<MessagesArgs, 'after' | 'before'> {
  const { since, until, message: _message, ...rest } = filters;
  const args = {
    ...rest,
    since: since !== undefined && DAY.test(since) ? startOf(since, format) : since,
    until: until !== undefined && DAY.test(until) ? startOf(dayAfter(until), format) : until,
    limit: 100,
  };
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}

/** Whether anything but the open drawer is set. */
export function isFiltered(filters: MessageFilters): boolean {
  const { message: _message, ...rest } = filters;
  return Object.values(rest).some((value) => value !== undefined);
}

/** The groups that are ticked: wholly or in part. */
export function groupsOf(states: readonly MessageState[] | undefined): StateGroup[] {
  return allGroups.filter((group) => groupStates[group].some((state) => states?.includes(state)));
}

/** "Waiting", or "Waiting, only held" when the address asks for less than the whole group. */
export function groupLabel(group: StateGroup, states: readonly MessageState[] | undefined): string {
  const asked = groupStates[group].filter((state) => states?.includes(state));
  if (asked.length === 0 || asked.length === groupStates[group].length) return t.groups[group];
  return t.filters.only(t.groups[group], asked.map((state) => t.parts[state] ?? state).join(', '));
}

/** What is asked for once these groups are ticked. A group that stays keeps the parts it had. */
export function statesOf(
  groups: readonly StateGroup[],
  before: readonly MessageState[] | undefined,
): MessageState[] | undefined {
  const had = groupsOf(before);
  const states = groups.flatMap((group) =>
    had.includes(group)
      ? groupStates[group].filter((state) => before?.includes(state))
      : [...groupStates[group]],
  );
  return states.length === 0 ? undefined : states;
}

/** "Today", "16 Mar 2026", "From 10 Mar 2026", or null without a range. */
export function rangeLabel(
  { since, until }: Pick<MessageFilters, 'since' | 'until'>,
  format: Format,
  now: number,
): string | null {
  if (since === undefined && until === undefined) return null;
  const today = dayOf(now, format);
  const day = (moment: string) =>
    DAY.test(moment) ? format.date(startOf(moment, format) ?? moment) : format.when(moment, now);
  if (since !== undefined && since === until) {
    if (since === today) return t.date.today;
    if (since === dayAfter(today, -1)) return t.date.yesterday;
    return day(since);
  }
  if (since === today && until === undefined) return t.date.today;
  if (since === dayAfter(today, -6) && (until === undefined || until === today)) return t.date.week;
  if (until === undefined) return t.date.since(day(since ?? ''));
  if (since === undefined) return t.date.until(day(until));
  return t.date.range(day(since), day(until));
}
