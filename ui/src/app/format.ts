/**
 * How numbers, times, durations and addresses are written.
 * Every time is written in the business's zone, never in the computer's; clock and date order follow
 * the system's language.
 */
import { now as clock } from './clock';
import { formatText as t } from './text';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A figure that is not there. Never zero, never blank. */
export const DASH = '–';

export interface Format {
  readonly zone: string;
  /** 11:32 */
  time(instant: string | number): string;
  /** 10:18:01, for timelines */
  seconds(instant: string | number): string;
  /** 11:32 PDT */
  timeZoned(instant: string | number): string;
  /** 11:32 today, 16 Mar on another day, 16 Mar 2027 in another year */
  brief(instant: string | number, now: number): string;
  /** 11:32 today, else 16 Mar, 11:32; with its year when that is another one */
  when(instant: string | number, now: number): string;
  /** Tue 17 March, 11:32 PDT; with its year when that is another one */
  full(instant: string | number): string;
  /** 17 Mar 2026 */
  date(instant: string | number): string;
  /** 09, for a chart's axis */
  hour(instant: string | number): string;
  /** PDT */
  zoneName(instant: string | number): string;
  /** UTC−7 */
  offset(instant: string | number): string;
  /** 2026-03-17T11:32 for a datetime field, in the business's zone */
  toField(instant: string | number): string;
  /** The instant a datetime field means in the business's zone, or null when it is not a time. */
  fromField(local: string): string | null;
  sameDay(a: string | number, b: string | number): boolean;
  /** 1,023 */
  number(n: number): string;
  /** 1,023, and 232K from ten thousand on: where there is room for four letters */
  compact(n: number): string;
  /** 92.6 % */
  percent(part: number, whole: number): string;
  /** a, b and c */
  list(items: readonly string[]): string;
}

function at(instant: string | number): Date {
  return new Date(instant);
}

function offsetMinutes(parts: (d: Date) => Record<string, string>, date: Date): number {
  const p = parts(date);
  const asUtc = Date.UTC(
    Number(p.year),
    Number(p.month) - 1,
    Number(p.day),
    Number(p.hour),
    Number(p.minute),
    Number(p.second),
  );
  return Math.round((asUtc - Math.floor(date.getTime() / 1000) * 1000) / MINUTE);
}

/** @param locale undefined follows the system. */
export function makeFormat(zone: string, locale?: string): Format {
  const make = (options: Intl.DateTimeFormatOptions, lang = locale) =>
    new Intl.DateTimeFormat(lang, { timeZone: zone, ...options });
  // 09:41 where the day has 24 hours, 9:41 AM where it has twice twelve.
  const clock24 = make({ hour: 'numeric' }).resolvedOptions().hourCycle?.startsWith('h2') ?? true;
  const h = clock24 ? '2-digit' : 'numeric';
  const time = make({ hour: h, minute: '2-digit' });
  const seconds = make({ hour: h, minute: '2-digit', second: '2-digit' });
  const dayMonth = make({ day: 'numeric', month: 'short' });
  const dayTime = make({ day: 'numeric', month: 'short', hour: h, minute: '2-digit' });
  const dayYearTime = make({ day: 'numeric', month: 'short', year: 'numeric', hour: h, minute: '2-digit' });
  const day = make({ weekday: 'short', day: 'numeric', month: 'long' });
  const dayYear = make({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' });
  const date = make({ day: 'numeric', month: 'short', year: 'numeric' });
  const hour = make({ hour: h });
  // English keeps names such as PDT; other languages write GMT-7 for the same zone.
  const zoneName = make({ timeZoneName: 'short', hour: '2-digit' }, 'en-US');
  const numeric = make(
    {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    },
    'en-US',
  );
  const numbers = new Intl.NumberFormat(locale);
  const thousands = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 0 });
  const millions = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const lists = new Intl.ListFormat(locale ?? 'en', { style: 'long', type: 'conjunction' });

  const parts = (d: Date) =>
    Object.fromEntries(numeric.formatToParts(d).map((p) => [p.type, p.value])) as Record<string, string>;
  const dayKey = (d: Date) => {
    const p = parts(d);
    return `${p.year}-${p.month}-${p.day}`;
  };
  const sameYear = (a: string | number, b: string | number) => parts(at(a)).year === parts(at(b)).year;
  const offsetAt = (ms: number) => offsetMinutes(parts, new Date(ms));

  const format: Format = {
    zone,
    time: (i) => time.format(at(i)),
    seconds: (i) => seconds.format(at(i)),
    timeZoned: (i) => `${time.format(at(i))} ${format.zoneName(i)}`,
    brief: (i, now) => (format.sameDay(i, now) ? time : sameYear(i, now) ? dayMonth : date).format(at(i)),
    when: (i, now) =>
      (format.sameDay(i, now) ? time : sameYear(i, now) ? dayTime : dayYearTime).format(at(i)),
    full: (i) =>
      `${(sameYear(i, clock()) ? day : dayYear).format(at(i)).replace(/^(\p{L}+),\s/u, '$1 ')}, ${format.timeZoned(i)}`,
    date: (i) => date.format(at(i)),
    hour: (i) => hour.format(at(i)),
    zoneName: (i) => {
      const name = zoneName.formatToParts(at(i)).find((p) => p.type === 'timeZoneName')?.value ?? zone;
      return name.startsWith('GMT') ? format.offset(i) : name;
    },
    offset: (i) => {
      const minutes = offsetAt(at(i).getTime());
      if (minutes === 0) return 'UTC';
      const sign = minutes < 0 ? '−' : '+';
      const abs = Math.abs(minutes);
      const rest = abs % 60 === 0 ? '' : `:${String(abs % 60).padStart(2, '0')}`;
      return `UTC${sign}${Math.floor(abs / 60)}${rest}`;
    },
    toField: (i) => {
      const p = parts(at(i));
      return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
    },
    fromField: (local) => {
      const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(local);
      if (!found) return null;
      const [, y, mo, d, h, mi] = found;
      const wall = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi));
      // Twice: the offset at the wall time read as UTC may lie on the other side of a clock change.
      let utc = wall - offsetAt(wall) * MINUTE;
      utc = wall - offsetAt(utc) * MINUTE;
      return Number.isNaN(utc) ? null : new Date(utc).toISOString();
    },
    sameDay: (a, b) => dayKey(at(a)) === dayKey(at(b)),
    number: (n) => numbers.format(n),
    compact: (n) => (n < 10_000 ? numbers : n < 999_500 ? thousands : millions).format(n),
    percent: (part, whole) => {
      if (whole <= 0) return DASH;
      if (part >= whole) return `${numbers.format(100)} %`;
      // Rounded down: 99.97 % must not read as 100 %.
      return `${oneDigit.format(Math.floor((part / whole) * 1000) / 10)} %`;
    },
    list: (items) => lists.format(items),
  };
  return format;
}

/** 1 h 47 min, 12 min, 8 s, 3 days. Of the two largest units; rounded down. */
export function duration(ms: number): string {
  const abs = Math.max(0, ms);
  if (abs < MINUTE) return t.seconds(Math.floor(abs / 1000));
  if (abs < HOUR) return t.minutes(Math.floor(abs / MINUTE));
  if (abs < 2 * DAY) {
    const hours = Math.floor(abs / HOUR);
    const minutes = Math.floor((abs % HOUR) / MINUTE);
    return minutes === 0 ? t.hours(hours) : `${t.hours(hours)} ${t.minutes(minutes)}`;
  }
  return abs < 2 * YEAR ? t.days(Math.floor(abs / DAY)) : t.years(Math.floor(abs / YEAR));
}

/** From an instant until now. The seconds of the first minute would be wrong as soon as they are read. */
export function age(instant: string, now: number): string {
  const ms = now - Date.parse(instant);
  return ms < MINUTE ? t.underMinute : duration(ms);
}

/** 240 ms, 0.8 s, 12 s */
export function latency(ms: number | null): string {
  if (ms === null) return DASH;
  if (ms < 1) return t.underMillisecond;
  if (ms < 100) return t.milliseconds(Math.round(ms));
  if (ms < 10_000) return t.secondsText((ms / 1000).toFixed(1));
  return t.seconds(Math.round(ms / 1000));
}

/** 4.2 MB */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** +15550100142 as +1 555 010 0142; anything else as it is. */
export function address(value: string): string {
  const north = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(value);
  return north ? `+1 ${north[1]} ${north[2]} ${north[3]}` : value;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A fact from the core: an instant is written as a time, everything else as it came. */
export function fact(value: string, format: Format, now: number): string {
  return INSTANT.test(value) ? format.when(value, now) : value;
}

const plurals = new Intl.PluralRules('en');

/** `count(3, 'line', 'lines')` is "3 lines". */
export function count(n: number, one: string, other: string): string {
  return `${new Intl.NumberFormat().format(n)} ${plurals.select(n) === 'one' ? one : other}`;
}
