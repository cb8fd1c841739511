import { render } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { makeFormat } from '@/app/format';
import { checks, FIXTURE_NOW } from '@/host/fixture-lines';
import { CheckStrip, stripText } from './CheckStrip';
import { cadence, commonWindow, gaps, SLOTS, ticks } from './strip';

const format = makeFormat('America/Los_Angeles', 'en-GB');
const steady = checks('.'.repeat(60));
const backedOff = checks('....f      f       f      f       f      f       f      f   ');

describe('the window is common to all lines', () => {
  test('and as long as sixty checks of the busiest line', () => {
    const window = commonWindow([{ checks: backedOff }, { checks: steady }], FIXTURE_NOW);
    expect(window).not.toBeNull();
    const hours = ((window?.to ?? 0) - (window?.from ?? 0)) / 3_600_000;
    expect(hours).toBeGreaterThan(1.8);
    expect(hours).toBeLessThan(2.2);
  });

  test('and there is none before anything was checked', () => {
    expect(commonWindow([{ checks: [] }], FIXTURE_NOW)).toBeNull();
    expect(cadence([])).toBeNull();
  });

  test('and the first check is seen, also when a second one follows by hand', () => {
    const at = (ms: number) => ({
      at: new Date(FIXTURE_NOW - ms).toISOString(),
      outcome: 'answered' as const,
      latency_ms: 1,
    });
    for (const made of [[at(20_000)], [at(20_000), at(19_900)], [at(5_000), at(4_000), at(10)]]) {
      const window = commonWindow([{ checks: made }], FIXTURE_NOW);
      expect(window).not.toBeNull();
      if (window !== null) expect(ticks(made, window)).toContain('answered');
    }
  });
});

describe('ticks', () => {
  const window = { from: FIXTURE_NOW - 120 * 60_000, to: FIXTURE_NOW };

  test('a steady line has no holes, though its checks are not to the second', () => {
    const slots = ticks(steady, window);
    expect(slots).toHaveLength(SLOTS);
    expect(slots.filter((s) => s === null).length, 'rounding leaves next to none').toBeLessThanOrEqual(2);
    expect(gaps(slots)).toEqual([]);
  });

  test('a line that is checked less often shows gaps between', () => {
    const slots = ticks(backedOff, window);
    expect(slots.filter((s) => s === 'failed')).toHaveLength(8);
    expect(gaps(slots).length).toBeGreaterThan(4);
  });

  test('of two checks in one place the worse one shows', () => {
    const at = (m: number) => new Date(FIXTURE_NOW - m * 60_000).toISOString();
    const slots = ticks(
      [
        { at: at(5), outcome: 'answered', latency_ms: 1 },
        { at: at(3.5), outcome: 'failed', latency_ms: null },
        { at: at(3.4), outcome: 'answered', latency_ms: 1 },
      ],
      window,
    );
    expect(slots.filter((s) => s !== null)).toEqual(['answered', 'failed']);
  });

  test('checks made while this computer was offline stay gaps', () => {
    expect(ticks(checks('oooo'), window).every((s) => s === null)).toBe(true);
  });
});

test('the strip says in words what it draws', () => {
  expect(stripText([], format)).toBe('Not checked yet');
  expect(stripText(steady, format)).toBe('60 of 60 checks answered');
  expect(stripText(checks('..sf.'), format)).toMatch(
    /^3 of 5 checks answered, 1 slow, 1 failed, the last at \d\d:\d\d$/,
  );
  expect(stripText(checks('..fff'), format)).toMatch(/failing since \d\d:\d\d$/);
});

test('an unchecked line is a dashed baseline only', () => {
  const { container } = render(<CheckStrip checks={[]} window={null} format={format} />);
  expect(container).toHaveTextContent('Not checked yet');
  expect(container.querySelectorAll('path')[1]?.getAttribute('d')).toBe('M0 17.5H120');
});
