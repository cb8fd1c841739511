import { expect, test } from 'vitest';
import type { RetryResult } from '@/api/generated';
import { causes, fixtureMessages } from '@/host/fixture-messages';
import { causeId, causeOf, stableOrder } from './causes';
import { merge } from './rehearsal';

const at = (s: number) => new Date(Date.parse('2026-03-17T18:32:00.000Z') + s * 1_000).toISOString();

function result(over: Partial<RetryResult>): RetryResult {
  return {
    dry_run: true,
    would_send: 0,
    skipped: [],
    skipped_count: 0,
    by_connection: [],
    segments: null,
    order: 'Oldest first.',
    ...over,
  };
}

test('two rehearsals by one line follow each other', () => {
  const share = (count: number, from: number, to: number) => [
    { connection: 'tw', count, starts_at: at(from), ends_at: at(to) },
  ];
  const told = merge([
    result({ would_send: 30, by_connection: share(30, 0, 30), segments: 31 }),
    result({ would_send: 10, by_connection: share(10, 0, 10), segments: 10 }),
  ]);
  expect(told).toMatchObject({ would: 40, segments: 41, lasts: 40_000, order: ['Oldest first.'] });
  expect(told.lines).toEqual([{ connection: 'tw', count: 40, starts: at(0), ends: at(40) }]);
});

test('a stopped line promises no time', () => {
  // The core leaves the times open while a line is stopped.
  const open = {
    connection: 're',
    count: 2,
    starts_at: null,
    ends_at: null,
  } as unknown as RetryResult['by_connection'][0];
  const told = merge([result({ would_send: 2, by_connection: [open] })]);
  expect(told.lines).toEqual([{ connection: 're', count: 2, starts: null, ends: null }]);
  expect(told.lasts).toBeNull();
});

test('what is left out is told by its reason, the most frequent first, and what is not listed is counted', () => {
  const told = merge([
    result({
      skipped: [
        { id: '1', to: 'a', why: 'opted out' },
        { id: '2', to: 'b', why: 'its line was removed' },
        { id: '3', to: 'c', why: 'its line was removed' },
      ],
      skipped_count: 300,
    }),
  ]);
  expect(told.groups.map((g) => [g.why, g.messages.length])).toEqual([
    ['its line was removed', 2],
    ['opted out', 1],
  ]);
  expect(told).toMatchObject({ skipped: 300, unlisted: 297, segments: null, order: [] });
});

test('a message finds its cause, also one whose outcome is unknown', () => {
  const all = causes(fixtureMessages);
  const of = (n: number) => {
    const message = fixtureMessages[n];
    return message === undefined ? null : causeOf(message, all);
  };
  expect(of(12)).toBe('needs_attention 01line0000tw1:429 / 20429');
  expect(of(11)).toBe('unknown 01line0000re1:unknown');
  expect(of(0), 'it did not fail').toBeNull();
});

test('causes keep their places while their counts change', () => {
  const all = causes(fixtureMessages);
  const seen = new Map<string, number>();
  const first = stableOrder(seen, all).map(causeId);
  const again = stableOrder(seen, [...all].reverse());
  expect(again.map(causeId)).toEqual(first);
});
