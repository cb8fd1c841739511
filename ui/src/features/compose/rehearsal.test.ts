import { expect, test } from 'vitest';
import { makeFormat } from '@/app/format';
import { fixtureLines } from '@/host/fixture-lines';
import { ANY_LINE, channelOf, EMPTY, missingOf, sendArgs } from './draft';
import { spanOf, tooLate } from './rehearsal';

const format = makeFormat('America/Los_Angeles', 'en-GB');

test('a batch ends after what waits already and after its own parts', () => {
  expect(spanOf(0, 120, { per_second: 2, backlog_s: 30 })).toEqual({ starts: 0, ends: 90_000 });
});

test('a line without a pace has no end that could be known', () => {
  expect(spanOf(0, 120, { per_second: null, backlog_s: 0 }).ends).toBeNull();
  expect(spanOf(0, 120, null).ends).toBeNull();
});

test('what would come too late is counted beforehand', () => {
  const span = { starts: 0, ends: 100_000 };
  expect(tooLate(span, 75_000, 100)).toBe(25);
  expect(tooLate(span, 200_000, 100)).toBe(0);
  expect(tooLate({ starts: 0, ends: null }, 1, 100)).toBe(0);
});

test('a text without braces is sent as it is; with braces its fields go along', () => {
  const draft = { ...EMPTY, to: ' 5550100194 ', name: 'Ruth', body: 'Hello' };
  expect(sendArgs(draft, 'sms', format)).toEqual({
    channel: 'sms',
    to: '5550100194',
    body: 'Hello',
    name: 'Ruth',
  });
  const withFields = { ...draft, body: 'Hi {name}, {day}', values: { day: 'Thursday', old: 'x' } };
  expect(sendArgs(withFields, 'sms', format).fields).toEqual({ name: 'Ruth', day: 'Thursday' });
});

test('times are of the business, not of this computer', () => {
  const draft = { ...EMPTY, to: 'a', body: 'b', when: 'later' as const, sendAt: '2026-03-18T09:00' };
  expect(sendArgs(draft, 'sms', format).send_at).toBe('2026-03-18T16:00:00.000Z');
});

test('what is missing is known before anybody is asked', () => {
  expect(missingOf({ ...EMPTY, body: '{day}', when: 'later' }, 'email')).toEqual([
    'to',
    'subject',
    'value:day',
    'sendAt',
  ]);
});

test('the channel follows what was chosen, else the recipient', () => {
  expect(channelOf({ ...EMPTY, to: 'a@b.example' }, fixtureLines)).toBe('email');
  expect(channelOf(EMPTY, fixtureLines)).toBe('sms');
  expect(channelOf({ ...EMPTY, line: '01line0000re1', channel: 'sms' }, fixtureLines)).toBe('email');
  expect(channelOf({ ...EMPTY, line: ANY_LINE, channel: 'whatsapp' }, fixtureLines)).toBe('whatsapp');
});
