import { expect, test } from 'vitest';
import type { AttemptEntry, MessageDetail, TimelineEntry } from '@/api/generated';
import { detail, fixtureMessages } from '@/host/fixture-messages';
import { allowed, mayGoAgain, needsRewrite, waitsForLine } from './allowed';
import { mask, redact } from './redact';
import { story } from './story';

const line = (id: string) => (id === '01line0000tw1' ? 'Twilio, Reminders' : id);
const at = (s: number) => new Date(Date.parse('2026-03-17T17:18:00.000Z') + s * 1_000).toISOString();

function step(s: number, what: string, more: string | null = null, actor = 'core'): TimelineEntry {
  return { at: at(s), what, detail: more, actor };
}

function attempt(n: number, from: number, to: number | null, over: Partial<AttemptEntry> = {}): AttemptEntry {
  return {
    id: `m-${n}`,
    n,
    connection: '01line0000tw1',
    intent_at: at(from),
    ended_at: to === null ? null : at(to),
    outcome: to === null ? null : 'refused',
    class: 'rate_limited',
    code: '20429',
    http: 429,
    took_ms: to === null ? null : (to - from) * 1_000,
    detail: 'Too many at once',
    ...over,
  };
}

function message(timeline: TimelineEntry[], attempts_log: AttemptEntry[]): MessageDetail {
  const [first] = fixtureMessages;
  if (first === undefined) throw new Error('no fixture');
  return { ...detail(first), timeline, attempts_log };
}

const texts = (m: MessageDetail) => story(m, line).map((i) => i.text);

test('an attempt that the core also wrote into the timeline is told once', () => {
  const m = message(
    [
      step(0, 'queued', null, 'window'),
      step(1, 'intent', 'Attempt 1'),
      step(2, 'refused', 'Too many at once, 20429', 'provider'),
      step(10, 'intent', 'Attempt 2'),
      step(11, 'accepted', '900 ms', 'provider'),
      step(70, 'receipt:delivered', null, 'webhook'),
    ],
    [attempt(1, 1, 2), attempt(2, 10, 11, { outcome: 'accepted', code: null, class: null, detail: null })],
  );
  expect(texts(m)).toEqual([
    'Queued',
    'Try 1: handed to Twilio, Reminders',
    'Too many at once',
    'Waited 8 s',
    'Try 2: handed to Twilio, Reminders',
    'Taken by Twilio, Reminders',
    'Receipt: delivered',
  ]);
  expect(story(m, line)[0]?.detail).toBe('in the window');
  expect(story(m, line).at(-1)?.mark).toBe('clear');
});

test('a step between two tries says more than the gap', () => {
  const m = message(
    [step(0, 'queued'), step(2, 'held', 'quiet_hours'), step(50, 'released', 'scheduled')],
    [attempt(1, 1, 2), attempt(2, 50, 51)],
  );
  expect(texts(m)).not.toContain('Waited 48 s');
});

test('steps at one instant stand in the order in which they must have happened', () => {
  const m = message([step(5, 'queued'), step(6, 'needs_attention')], [attempt(1, 5, 6)]);
  expect(texts(m)).toEqual([
    'Queued',
    'Try 1: handed to Twilio, Reminders',
    'Too many at once',
    'Put aside for you',
  ]);
});

test('no answer is told as no answer, never as a failure or a success', () => {
  const m = message([step(0, 'queued')], [attempt(1, 1, 31, { outcome: 'unknown' })]);
  expect(story(m, line).at(-1)).toMatchObject({ text: 'No answer', detail: 'after 30 s', mark: 'unknown' });
  expect(texts(message([], [attempt(1, 1, null)])).at(-1)).toBe('No answer yet');
});

test('words of a later version are shown as they are', () => {
  expect(texts(message([step(0, 'moved_house', 'to the left')], []))).toEqual(['Moved house']);
});

test('holds, decisions and people are in words', () => {
  const m = message(
    [
      step(0, 'queued', null, 'api:Booking site'),
      step(1, 'held', 'reconnect'),
      step(2, 'rerouted', '01line0000tw1'),
      step(3, 'resolved:drop', null, 'cli'),
    ],
    [],
  );
  expect(story(m, line).map((i) => [i.text, i.detail ?? null])).toEqual([
    ['Queued', 'by Booking site'],
    ['Held: line signed out', null],
    ['Moved to Twilio, Reminders', null],
    ['Decided: do not send', 'from the command line'],
  ]);
});

test('a provider’s own words carry no whole address', () => {
  expect(redact('550 no box ida.sorensen@mail.example here')).toBe('550 no box id••@mail.example here');
  expect(redact('To +15550100133 refused')).toBe('To ••• 0133 refused');
  expect([mask('a@mail.example'), mask('12')]).toEqual(['••@mail.example', '•••']);
  expect(redact('HTTP 429, code 20429'), 'codes stay').toBe('HTTP 429, code 20429');
});

test('a decision is offered where the state allows it', () => {
  const held = (reason: 'reconnect' | 'scheduled' | 'restored' | 'rate') => ({
    state: 'held' as const,
    hold: { reason, until: null },
  });
  expect(allowed({ state: 'needs_attention', hold: null })).toEqual(['retry', 'dismiss']);
  expect(allowed({ state: 'dismissed', hold: null })).toEqual(['undismiss', 'retry']);
  expect(allowed({ state: 'queued', hold: null })).toEqual(['cancel']);
  expect(allowed(held('scheduled'))).toEqual(['release', 'cancel']);
  expect(allowed(held('rate')), 'the provider asked for a pause').toEqual(['cancel']);
  expect(allowed({ state: 'unknown', hold: null })).toEqual(['resolve']);
  expect(allowed({ state: 'sending', hold: null }), 'it is on the wire').toEqual([]);
  expect(allowed({ state: 'delivered', hold: null })).toEqual([]);
  expect(waitsForLine(held('reconnect'))).toBe(true);
  expect(waitsForLine(held('scheduled'))).toBe(false);
});

test('sending again is offered only once nobody asks the provider any more', () => {
  expect(mayGoAgain({ state: 'unknown', hold: null })).toBe(false);
  expect(mayGoAgain({ state: 'unknown', hold: { reason: 'asked', until: null } })).toBe(true);
});

test('a wrong address or text wants a new message, not the same again', () => {
  const failure = { code: '1', say: 'a', remedy: 'b' };
  expect(needsRewrite({ failure: { ...failure, class: 'recipient' } })).toBe(true);
  expect(needsRewrite({ failure: { ...failure, class: 'rate_limited' } })).toBe(false);
  expect(needsRewrite({ failure: null })).toBe(false);
});
