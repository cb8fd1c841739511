/** Invented providers, changes, hours and cards. Never in a production bundle. */
import type { Change, NeedsYou, Overview, ProviderInfo } from '@/api/generated';
import { ago, later } from './fixture-lines';

export const providers: ProviderInfo[] = [
  {
    key: 'twilio',
    name: 'Twilio',
    channel: 'sms',
    multiple: true,
    environments: ['production', 'sandbox', 'practice', 'custom'],
    fields: [
      {
        key: 'account_sid',
        label: 'Account SID',
        hint: 'On the first page of the Twilio console.',
        example: 'AC followed by 32 characters',
        pattern: '^AC[0-9a-fA-F]{32}$',
        required: true,
        secret: false,
        kind: 'text',
        choices: null,
      },
      {
        key: 'auth_token',
        label: 'Auth token',
        hint: 'Beside the account SID.',
        example: '32 characters',
        pattern: null,
        required: true,
        secret: true,
        kind: 'password',
        choices: null,
      },
      {
        key: 'from',
        label: 'Sender number',
        hint: 'A number of this account.',
        example: '+1 555 010 0142',
        pattern: null,
        required: true,
        secret: false,
        kind: 'phone',
        choices: null,
      },
    ],
    webhook: true,
    docs_url: 'https://provider.example/docs',
  },
  {
    key: 'resend',
    name: 'Resend',
    channel: 'email',
    multiple: false,
    environments: ['production', 'practice', 'custom'],
    fields: [
      {
        key: 'api_key',
        label: 'API key',
        hint: 'With the right to send.',
        example: 're_ and more',
        pattern: null,
        required: true,
        secret: true,
        kind: 'password',
        choices: null,
      },
      {
        key: 'from',
        label: 'From address',
        hint: 'On a domain that Resend has verified.',
        example: 'hello@alderstreet.example',
        pattern: null,
        required: true,
        secret: false,
        kind: 'email',
        choices: null,
      },
    ],
    webhook: true,
    docs_url: 'https://provider.example/docs',
  },
  {
    key: 'smtp',
    name: 'SMTP',
    channel: 'email',
    multiple: true,
    environments: ['production', 'practice', 'custom'],
    fields: [
      {
        key: 'host',
        label: 'Mail server',
        hint: 'Its name, without a scheme.',
        example: 'mail.alderstreet.example',
        pattern: null,
        required: true,
        secret: false,
        kind: 'text',
        choices: null,
      },
      {
        key: 'tls',
        label: 'Encryption',
        hint: 'Most servers want TLS.',
        example: 'tls',
        pattern: null,
        required: true,
        secret: false,
        kind: 'choice',
        choices: ['tls', 'starttls', 'none'],
      },
    ],
    webhook: false,
    docs_url: 'https://provider.example/docs',
  },
];

export const changes: Change[] = (
  [
    [28, '01line0000re1', 'caution', 'Resend is slow: median 2.4 s, usually 0.6 s.', 'Mail still goes out.'],
    [34, '01line0000sm2', 'unknown', 'SMTP, Lab notices cannot be reached.', 'Its state is unknown.'],
    [
      61,
      '01line0000tw1',
      'clear',
      'Twilio, Reminders is clear again.',
      '42 reminders gave up and can be retried.',
    ],
    [
      74,
      '01line0000tw1',
      'caution',
      'Twilio asked for fewer messages per second.',
      'Sending slowed from 10 to 1 per second.',
    ],
    [111, '01line0000wa1', 'danger', 'WhatsApp, Front desk signed out.', 'Messages are held from here on.'],
    [200, '01line0000tw1', 'clear', 'Twilio, Reminders was checked by hand.', null],
  ] as [number, string, Change['signal'], string, string | null][]
).map(([minutes, connection, signal, say, more], i) => ({
  id: `01chg${String(90 - i).padStart(8, '0')}`,
  at: ago(minutes),
  connection,
  signal,
  say,
  detail: more,
  actor: 'Signalbox',
}));

export const needsYou: NeedsYou[] = [
  {
    id: 'line:01line0000wa1',
    kind: 'line',
    connection: '01line0000wa1',
    title: 'WhatsApp, Front desk',
    since: ago(111),
    say: 'Meta ended the sign-in for +1 555 010 0118 when the account password was changed. Replies still arrive; only sending has stopped.',
    facts: [
      { value: '11', label: 'waiting' },
      { value: '1 h 47 min', label: 'oldest' },
      { value: later(153), label: 'first reply window closes' },
    ],
    action: { label: 'Reconnect', command: null, to: '/lines/01line0000wa1?act=reconnect' },
  },
  {
    id: 'messages:429',
    kind: 'messages',
    connection: '01line0000tw1',
    title: '42 messages gave up',
    since: ago(74),
    say: 'Too many left at the same moment and Twilio turned them away. The line is clear again, so they can be retried.',
    facts: [
      { value: '42', label: 'failed' },
      { value: later(60 * 20), label: 'first useful until' },
    ],
    action: { label: 'Review 42…', command: null, to: '/triage?cause=01line0000tw1%3A429+%2F+20429' },
  },
];

export function hoursToday(): Overview['hours'] {
  const counts = [85, 318, 278, 297, 120, 0, 0, 0, 0, 0, 0];
  const scheduled = [0, 0, 0, 0, 52, 74, 96, 120, 88, 132, 64];
  const failed = [4, 3, 2, 46, 3];
  return counts.map((n, i) => ({
    hour: new Date(Date.parse('2026-03-17T14:00:00.000Z') + i * 3_600_000).toISOString(),
    delivered: Math.max(0, n - (failed[i] ?? 0) - (i > 0 && n > 0 ? 4 : 0)),
    awaiting: n > 0 && i > 0 ? (i === 4 ? 14 : 3) : 0,
    waiting: i >= 2 && i <= 4 ? 4 : 0,
    failed: failed[i] ?? 0,
    scheduled: scheduled[i] ?? 0,
  }));
}
