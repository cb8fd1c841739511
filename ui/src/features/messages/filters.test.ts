import { expect, test } from 'vitest';
import { makeFormat } from '@/app/format';
import { paths, readSearch } from '@/app/paths';
import {
  dayAfter,
  groupLabel,
  groupsOf,
  isFiltered,
  rangeLabel,
  readFilters,
  statesOf,
  toArgs,
} from './filters';

const format = makeFormat('America/Los_Angeles', 'en-GB');
const now = Date.parse('2026-03-17T18:32:10.000Z');
const through = (path: string) => readFilters(readSearch(path.split('?')[1] ?? ''));

test('what is set stands in the address, and comes back from it', () => {
  const filters = readFilters({
    q: 'ruth',
    state: ['queued', 'held'],
    channel: 'sms',
    connection: ['01line0000tw1'],
    batch: '01bat00000001',
    cause: '01line0000tw1-4',
    since: '2026-03-10',
    until: '2026-03-16',
    message: '01msg00004160',
  });
  expect(through(paths.messages(filters))).toEqual(filters);
});

test('what makes no sense is left out, and what belongs to others is not sent to the core', () => {
  expect(
    toArgs(readFilters({ state: ['nonsense'], since: 'soon', until: '2026-02-30', fixture: 'busy' }), format),
  ).toEqual({ limit: 100 });
});

test('a day is a day of the business, also where the clock changes', () => {
  expect(toArgs({ since: '2026-03-08', until: '2026-03-08' }, format)).toEqual({
    since: '2026-03-08T08:00:00.000Z',
    until: '2026-03-09T07:00:00.000Z',
    limit: 100,
  });
  expect([dayAfter('2026-12-31'), dayAfter('2028-02-28'), dayAfter('2026-03-01', -1)]).toEqual([
    '2027-01-01',
    '2028-02-29',
    '2026-02-28',
  ]);
});

test('an instant from a link is passed on as it is', () => {
  expect(toArgs(readFilters({ since: '2026-03-17T15:00:00.000Z' }), format)).toEqual({
    since: '2026-03-17T15:00:00.000Z',
    limit: 100,
  });
});

test('the open drawer is no filter', () => {
  expect(isFiltered(readFilters({ message: '01msg00004160' }))).toBe(false);
  expect(isFiltered(readFilters({ q: 'ruth' }))).toBe(true);
});

test('groups stand for their states; a part of a group is called a part', () => {
  expect(groupsOf(['held', 'accepted', 'sent'])).toEqual(['waiting', 'awaiting']);
  expect(groupLabel('waiting', ['held'])).toBe('Waiting, only held');
  expect(groupLabel('awaiting', ['accepted', 'sent'])).toBe('Awaiting receipt');
  expect(statesOf(['waiting', 'failed'], ['held']), 'a part stays a part').toEqual([
    'held',
    'needs_attention',
  ]);
  expect(statesOf(['waiting'], undefined)).toEqual(['queued', 'sending', 'held']);
  expect(statesOf([], ['held'])).toBeUndefined();
});

test('a range is named the way people say it', () => {
  const label = (since?: string, until?: string) => rangeLabel({ since, until }, format, now);
  expect(label()).toBeNull();
  expect(label('2026-03-17')).toBe('Today');
  expect(label('2026-03-16', '2026-03-16')).toBe('Yesterday');
  expect(label('2026-03-11')).toBe('Last 7 days');
  expect(label(undefined, '2026-03-10')).toBe('Up to 10 Mar 2026');
  expect(label('2026-03-01', '2026-03-10')).toBe('1 Mar 2026 to 10 Mar 2026');
});
