import { expect, test } from 'vitest';
import { invalidates, provides } from '@/api/generated';
import { placeOf } from './queries';

const page = (n: number, next: string | null, prev: string | null = null) => ({
  prev,
  items: Array.from({ length: n }, () => ({})),
  next,
});

test('a list knows its place after its first pages have left memory', () => {
  const starts = new Map<string, number>();
  expect(placeOf([page(100, 'a'), page(100, 'b')], [{}, { after: 'a' }], starts)).toBe(0);
  expect(placeOf([page(100, 'b'), page(100, 'c')], [{ after: 'a' }, { after: 'b' }], starts)).toBe(100);
  expect(
    placeOf([page(60, 'a'), page(100, 'b')], [{ before: 'x' }, { after: 'a' }], starts),
    'a page read backwards stands before one that is known',
  ).toBe(40);
  placeOf([page(100, 'c', 'p')], [{ after: 'b' }], starts);
  expect(placeOf([page(50, 'b')], [{ before: 'p' }], starts), 'even when that one has left').toBe(150);
});

test('a list entered in the middle does not pretend to know', () => {
  expect(placeOf([page(100, 'z')], [{ after: 'unheard' }], new Map())).toBeNull();
});

test('what a write makes old, some read provides', () => {
  const provided = new Set(Object.values(provides).flat());
  for (const tags of Object.values(invalidates)) for (const tag of tags) expect(provided).toContain(tag);
});
