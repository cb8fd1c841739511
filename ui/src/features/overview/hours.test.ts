import { expect, test } from 'vitest';
import { axis, labelEvery, marginFor, stack, totalOf, totals } from './hours';

const hour = {
  hour: '2026-03-17T17:00:00.000Z',
  delivered: 250,
  awaiting: 3,
  waiting: 4,
  failed: 2,
  scheduled: 0,
};

test('a few failures among hundreds can be seen', () => {
  const bars = stack(hour, 320, 160, 186);
  expect(bars.map((b) => b.series)).toEqual(['delivered', 'awaiting', 'waiting', 'failed']);
  for (const bar of bars) expect(bar.height).toBeGreaterThanOrEqual(1.5);
});

test('bars stand on each other', () => {
  const bars = stack(hour, 320, 160, 186);
  for (const [i, bar] of bars.entries()) {
    const below = bars[i - 1];
    if (below) expect(bar.y + bar.height).toBeLessThanOrEqual(below.y);
  }
});

test('the axis has round steps, few of them', () => {
  expect(axis(318)).toEqual([0, 100, 200, 300]);
  expect(axis(3)).toEqual([0, 1, 2, 3]);
  expect(axis(0)).toEqual([0]);
  for (const max of [1, 7, 45, 999, 12_345]) expect(axis(max).length).toBeLessThanOrEqual(6);
});

test('totals', () => {
  expect(totalOf(hour)).toBe(259);
  expect(totals([hour, hour]).failed).toBe(4);
});

test('hours are named as densely as their names allow', () => {
  const day = Array.from({ length: 24 }, (_, i) => `${i}`.padStart(2, '0'));
  const halves = day.map((_, i) => `${i % 12 === 0 ? 12 : i % 12} ${i < 12 ? 'AM' : 'PM'}`);
  expect(labelEvery(day, 22), 'each, where two digits fit').toBe(1);
  expect(labelEvery(halves, 22), 'every other, where AM and PM take the room').toBe(2);
  expect(labelEvery(halves, 8)).toBe(6);
});

test('the axis makes room for its longest number', () => {
  expect(marginFor(['0', '10', '20'])).toBe(34);
  expect(marginFor(['0', '1.25M'])).toBeGreaterThan(40);
});
