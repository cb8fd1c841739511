import { describe, expect, test } from 'vitest';
import { address, age, bytes, count, duration, fact, latency, makeFormat } from './format';

const portland = makeFormat('America/Los_Angeles', 'en-GB');
const noon = '2026-03-17T18:32:10.000Z';
const now = Date.parse(noon);

describe('times are written in the business’s zone', () => {
  test('whatever zone this computer is in', () => {
    expect(portland.time(noon)).toBe('11:32');
    expect(makeFormat('Asia/Tokyo', 'en-GB').time(noon)).toBe('03:32');
  });

  test('with the zone’s own name, summer and winter', () => {
    expect(portland.timeZoned(noon)).toBe('11:32 PDT');
    expect(portland.timeZoned('2026-01-17T18:32:10.000Z')).toBe('10:32 PST');
    expect(portland.offset(noon)).toBe('UTC−7');
    expect(makeFormat('Asia/Kathmandu', 'en-GB').offset(noon)).toBe('UTC+5:45');
  });

  test('with the offset where the zone has no name', () => {
    expect(makeFormat('Europe/Berlin', 'en-GB').timeZoned(noon)).toBe('19:32 UTC+1');
  });

  test('and follow the system’s clock', () => {
    expect(makeFormat('America/Los_Angeles', 'en-US').time('2026-03-17T16:05:00Z')).toMatch(/^9:05\sAM$/);
    expect(portland.time('2026-03-17T16:05:00Z'), 'a clock of 24 hours lines up').toBe('09:05');
  });

  test('with the day when it is not today', () => {
    expect(portland.brief('2026-03-17T16:41:00Z', now)).toBe('09:41');
    expect(portland.brief('2026-03-03T16:41:00Z', now)).toBe('3 Mar');
    expect(portland.brief('2026-03-17T06:59:00Z', now), 'yesterday there, though today in UTC').toBe(
      '16 Mar',
    );
    expect(portland.when('2026-03-16T16:41:00Z', now)).toBe('16 Mar, 09:41');
  });

  test('in full once on a page', () => {
    expect(portland.full(noon)).toBe('Tue 17 March, 11:32 PDT');
  });
});

describe('a datetime field means the business’s wall clock', () => {
  test.each([
    ['2026-03-17T11:32', '2026-03-17T18:32:00.000Z'],
    ['2026-01-17T11:32', '2026-01-17T19:32:00.000Z'],
    ['2026-11-01T03:30', '2026-11-01T11:30:00.000Z'],
    ['2026-03-08T03:30', '2026-03-08T10:30:00.000Z'],
  ])('%s is %s', (local, instant) => {
    expect(portland.fromField(local)).toBe(instant);
    expect(portland.toField(instant)).toBe(local);
  });

  test('and nothing else means a time', () => {
    expect(portland.fromField('')).toBeNull();
    expect(portland.fromField('tomorrow')).toBeNull();
  });
});

describe('numbers', () => {
  test('a share is rounded down, so that 100 % means all', () => {
    expect(portland.percent(742, 801)).toBe('92.6 %');
    expect(portland.percent(9_999, 10_000)).toBe('99.9 %');
    expect(portland.percent(5, 5)).toBe('100 %');
  });

  test('a share of nothing is not zero', () => {
    expect(portland.percent(0, 0)).toBe('–');
  });

  test('durations use the two largest units', () => {
    expect(duration(8_000)).toBe('8 s');
    expect(duration(47 * 60_000)).toBe('47 min');
    expect(duration(107 * 60_000)).toBe('1 h 47 min');
    expect(duration(120 * 60_000)).toBe('2 h');
    expect(duration(3 * 86_400_000)).toBe('3 days');
    expect(duration(-5)).toBe('0 s');
    expect(age('2026-03-17T16:41:10.000Z', now)).toBe('1 h 51 min');
  });

  test('latency, bytes and counts', () => {
    expect([latency(null), latency(90), latency(800), latency(12_400)]).toEqual([
      '–',
      '90 ms',
      '0.8 s',
      '12 s',
    ]);
    expect([bytes(512), bytes(4_200_000), bytes(84_000_000_000)]).toEqual(['512 B', '4.2 MB', '84.0 GB']);
    expect([count(1, 'line', 'lines'), count(6, 'line', 'lines')]).toEqual(['1 line', '6 lines']);
  });

  test('addresses are grouped only where the grouping is known', () => {
    expect(address('+15550100142')).toBe('+1 555 010 0142');
    expect(address('+4915550100142')).toBe('+4915550100142');
    expect(address('hello@alderstreet.example')).toBe('hello@alderstreet.example');
  });

  test('a fact that is an instant is written as a time, any other as it came', () => {
    expect(fact('2026-03-17T21:05:00.000Z', portland, now)).toBe('14:05');
    expect(fact('1 h 47 min', portland, now)).toBe('1 h 47 min');
  });
});

test('a far year is named, and a year is not counted in days', () => {
  expect(portland.when('2036-03-17T01:00:00.000Z', now)).toContain('2036');
  expect(portland.brief('2036-03-17T01:00:00.000Z', now)).toContain('2036');
  expect(portland.brief('2026-03-10T18:00:00.000Z', now)).not.toContain('2026');
  expect(duration(3_403 * 86_400_000)).toBe('9 years');
});

test('the first minute is not counted in seconds, which nobody would count on', () => {
  expect(age('2026-03-17T18:31:40.000Z', now)).toBe('less than a minute');
});

test('large numbers are shortened where there is little room, small ones never', () => {
  expect(portland.compact(9_999)).toBe('9,999');
  expect(portland.compact(413_510)).toMatch(/^414K$/i);
  expect(portland.compact(1_250_000)).toMatch(/^1\.[23]M$/i);
});
