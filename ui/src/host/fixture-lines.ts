/** Invented lines for tests and for looking at screens. Never in a production bundle. */
import type { Check, Connection, Signal } from '@/api/generated';

/** Tue 17 March 2026, 11:32:10 in Portland. */
export const FIXTURE_NOW = Date.parse('2026-03-17T18:32:10.000Z');
export const MINUTE = 60_000;

/** An instant `minutes` before the fixture's now. */
export function ago(minutes: number): string {
  return new Date(FIXTURE_NOW - minutes * MINUTE).toISOString();
}

export function later(minutes: number): string {
  return ago(-minutes);
}

/** Repeatable noise from 0 to 1. */
export function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898 + 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

type Mark = '.' | 's' | 'f' | 'o' | ' ';

/** One check every two minutes, oldest first: `.` answered, `s` slow, `f` failed, `o` offline, space none. */
export function checks(pattern: string): Check[] {
  const out: Check[] = [];
  for (let i = 0; i < pattern.length; i += 1) {
    const mark = pattern[i] as Mark;
    if (mark === ' ') continue;
    const jitter = noise(i + pattern.length) * 0.4 - 0.2;
    const outcome = mark === '.' ? 'answered' : mark === 's' ? 'slow' : mark === 'o' ? 'offline' : 'failed';
    out.push({
      at: ago((pattern.length - 1 - i) * 2 + 0.25 + jitter),
      outcome,
      latency_ms: mark === '.' ? 300 + Math.round(noise(i) * 600) : mark === 's' ? 2_400 : null,
    });
  }
  return out;
}

const steady = '.'.repeat(60);

function line(
  over: Partial<Connection> & Pick<Connection, 'id' | 'name' | 'provider' | 'signal'>,
): Connection {
  const base: Connection = {
    id: over.id,
    name: over.name,
    provider: over.provider,
    environment: 'production',
    state: 'active',
    signal: over.signal,
    reason: null,
    since: ago(61),
    last_good: ago(0.2),
    waiting: 0,
    webhook_url: null,
    probe: { at: ago(0.2), ok: true, latency_ms: 240, say: null, code: null },
    facets: {
      vendor: { state: 'clear', say: null },
      quota: { knowable: false, left: null, of: null, per: null },
      receipts: { last: ago(1), say: 'Receipts arrive' },
    },
    channel: 'sms',
    address: null,
    checks: checks(steady),
    median_ms: 800,
    today: { delivered: 0, decided: 0 },
    oldest_waiting: null,
    first_expiry: null,
    breaker: { open_until: null, failures: 0 },
    can: ['pause', 'disable', 'test', 'check', 'remove', 'reconnect'],
  };
  return { ...base, ...over };
}

export const fixtureLines: Connection[] = [
  line({
    id: '01line0000tw1',
    name: 'Reminders',
    provider: 'twilio',
    signal: 'clear',
    address: '+15550100142',
    checks: checks(`${'.'.repeat(22)}sfsfsss${'.'.repeat(31)}`),
    today: { delivered: 742, decided: 801 },
    webhook_url: 'https://in.alderstreet.example/api/webhooks/twilio/01line0000tw1',
  }),
  line({
    id: '01line0000wa1',
    name: 'Front desk',
    provider: 'whatsapp',
    channel: 'whatsapp',
    signal: 'danger',
    state: 'reconnect',
    reason: {
      code: '190',
      say: 'Meta ended the sign-in for +1 555 010 0118 when the account password was changed.',
      remedy: 'Sign in again with the same account.',
    },
    since: ago(111),
    last_good: ago(111),
    waiting: 11,
    address: '+15550100118',
    checks: checks('....f      f       f      f       f      f       f      f   '),
    median_ms: null,
    facets: {
      vendor: { state: 'clear', say: null },
      quota: { knowable: true, left: 939, of: 1000, per: 'day' },
      receipts: { last: ago(3), say: 'Replies still arrive' },
    },
    today: { delivered: 61, decided: 63 },
    oldest_waiting: ago(107),
    first_expiry: later(153),
    can: ['reconnect', 'disable', 'check', 'remove'],
  }),
  line({
    id: '01line0000re1',
    name: 'hello@',
    provider: 'resend',
    channel: 'email',
    signal: 'caution',
    state: 'degraded',
    reason: { code: 'slow', say: 'Resend answers slowly.', remedy: 'Nothing to do. Mail still goes out.' },
    since: ago(28),
    address: 'hello@alderstreet.example',
    checks: checks(`${'.'.repeat(45)}ssss.ss.sssss.s`),
    median_ms: 2400,
    facets: {
      vendor: { state: 'caution', say: 'Delays since 11:00' },
      quota: { knowable: true, left: 6, of: 10, per: 's' },
      receipts: { last: ago(2), say: 'Receipts arrive' },
    },
    today: { delivered: 220, decided: 223 },
  }),
  line({
    id: '01line0000sm1',
    name: 'frontdesk@',
    provider: 'smtp',
    channel: 'email',
    signal: 'off',
    state: 'disabled',
    since: ago(60 * 24 * 14),
    last_good: ago(60 * 24 * 14),
    address: 'frontdesk@alderstreet.example',
    checks: [],
    median_ms: null,
    probe: null,
    can: ['enable', 'remove'],
  }),
  line({
    id: '01line0000sm2',
    name: 'Lab notices',
    provider: 'smtp',
    channel: 'email',
    environment: 'custom',
    signal: 'unknown',
    state: 'degraded',
    since: ago(34),
    last_good: ago(36),
    address: 'lab@alderstreet.example',
    checks: checks(`${'.'.repeat(42)}ff${' '.repeat(16)}`),
    median_ms: null,
    can: ['check', 'pause', 'disable', 'remove'],
  }),
  line({
    id: '01line0000pr1',
    name: 'Practice text messages',
    provider: 'twilio',
    environment: 'practice',
    signal: 'clear',
    address: '+15550100100',
    today: { delivered: 12, decided: 12 },
    median_ms: 90,
  }),
];

/** What practice_start makes. */
export const practiceLines: Connection[] = (
  [
    ['01line0000pr1', 'Always delivers', 'twilio', 'clear', '+15550100100'],
    ['01line0000pr2', 'Slow and limited', 'resend', 'caution', 'slow@practice.example'],
    ['01line0000pr3', 'Signs you out', 'smtp', 'danger', 'out@practice.example'],
  ] as [string, string, string, Signal, string][]
).map(([id, name, provider, signal, address]) =>
  line({
    id,
    name,
    provider,
    signal,
    address,
    environment: 'practice',
    channel: provider === 'twilio' ? 'sms' : 'email',
    state: signal === 'danger' ? 'reconnect' : signal === 'caution' ? 'degraded' : 'active',
    checks: checks(signal === 'danger' ? '..f' : '...'),
    reason:
      signal === 'danger'
        ? { code: 'signed_out', say: 'The practice provider signed this line out.', remedy: 'Reconnect it.' }
        : null,
  }),
);
