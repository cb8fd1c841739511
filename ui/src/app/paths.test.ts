import { expect, test } from 'vitest';
import { asList, asNumber, asText, paths, readSearch, writeSearch } from './paths';

test('filters survive the way into the address and back', () => {
  const search = { q: 'ruth & co', state: ['held', 'queued'], empty: undefined };
  expect(writeSearch(search)).toBe('?q=ruth+%26+co&state=held&state=queued');
  expect(readSearch(writeSearch(search))).toEqual({ q: 'ruth & co', state: ['held', 'queued'] });
});

test('no filters leave no question mark', () => {
  expect(paths.messages()).toBe('/messages');
  expect(paths.triage({ cause: undefined })).toBe('/triage');
});

test('a value that is not allowed is dropped, not trusted', () => {
  expect(asList('held', ['held', 'queued'])).toEqual(['held']);
  expect(asList(['held', 'nonsense'], ['held', 'queued'])).toEqual(['held']);
  expect(asList('nonsense', ['held'])).toBeUndefined();
  expect(asList(undefined)).toBeUndefined();
  expect([asText(''), asText('a'), asText(['a'])]).toEqual([undefined, 'a', undefined]);
  expect([asNumber('12'), asNumber('x')]).toEqual([12, undefined]);
});

test('a line’s page can be asked to open a dialog', () => {
  expect(paths.line('01abc', 'reconnect')).toBe('/lines/01abc?act=reconnect');
});
