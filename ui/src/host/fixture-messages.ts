/** Invented messages: a few thousand, made from their number, so that lists and paging can be tried. */
import type {
  Cause,
  Connection,
  Failure,
  Hold,
  Message,
  MessageDetail,
  MessageList,
  MessageState,
  MessagesArgs,
  TimelineEntry,
} from '@/api/generated';
import { ago, FIXTURE_NOW, later, MINUTE, noise } from './fixture-lines';

const people = [
  'June Albright',
  'Tomas Rivera',
  'Ida Sorensen',
  'Walter Nkemelu',
  'Peg Hollis',
  'Samir Haddad',
  'Noor Petrossian',
  'Carl Weems',
  'Beth Okonkwo',
  'Luis Carmona',
  'Grace Lindholm',
  'Yuki Tanabe',
  'Dale Brandt',
  'Anneke Vos',
  'Ruth Calder',
  'Paolo Ricci',
  'Hana Quist',
  'Eve Stroud',
];

const TOTAL = 4_200;

type Kind = {
  state: MessageState;
  failure: Failure | null;
  hold: Hold | null;
  next: string;
  attempts: number;
};

const failures: Record<'limit' | 'landline' | 'mailbox' | 'optout', Failure> = {
  limit: {
    class: 'rate_limited',
    code: '429 / 20429',
    say: 'Too many at once',
    remedy: 'Over. It is safe to retry.',
  },
  landline: {
    class: 'recipient',
    code: '30006',
    say: 'Number is a landline',
    remedy: 'Needs another address.',
  },
  mailbox: {
    class: 'recipient',
    code: '550 5.1.1',
    say: 'No such mailbox',
    remedy: 'Needs another address.',
  },
  optout: {
    class: 'opted_out',
    code: '21610',
    say: 'Opted out with STOP',
    remedy: 'Final. Will not be sent.',
  },
};

function kindOf(n: number): Kind {
  const plain = { failure: null, hold: null, attempts: 1 };
  if (n < 11)
    return {
      ...plain,
      state: 'held',
      hold: { reason: 'reconnect', until: null },
      attempts: 0,
      next: 'Waits until WhatsApp, Front desk is signed in again, then leaves by itself.',
    };
  if (n === 11)
    return { ...plain, state: 'unknown', next: 'Signalbox asks Resend until 11:39. It is not sent twice.' };
  if (n < 54)
    return {
      ...plain,
      state: 'needs_attention',
      failure: failures.limit,
      attempts: 5,
      next: 'Nothing, until you retry.',
    };
  if (n < 60)
    return {
      ...plain,
      state: 'needs_attention',
      failure: failures.landline,
      next: 'Nothing, until it has another address.',
    };
  if (n < 64)
    return {
      ...plain,
      state: 'needs_attention',
      failure: failures.mailbox,
      next: 'Nothing, until it has another address.',
    };
  if (n < 67)
    return {
      ...plain,
      state: 'needs_attention',
      failure: failures.optout,
      next: 'Nothing. It will not be sent.',
    };
  const roll = noise(n);
  if (roll < 0.02)
    return { ...plain, state: 'expired', next: 'Nothing. It was useful until then and did not leave.' };
  if (roll < 0.06) return { ...plain, state: 'accepted', next: 'Waits for a receipt.' };
  if (roll < 0.3) return { ...plain, state: 'read', next: 'Nothing. It was read.' };
  return { ...plain, state: 'delivered', next: 'Nothing. It was delivered.' };
}

function make(n: number): Message {
  const kind = kindOf(n);
  const name = people[n % people.length] ?? null;
  const email = n === 11 || (n >= 60 && n < 64) || (n >= 67 && n % 5 === 0);
  const whatsapp = n < 11;
  const created = FIXTURE_NOW - (6 + n * 1.3) * MINUTE;
  const at = (plus: number) => new Date(created + plus * MINUTE).toISOString();
  return {
    id: `01msg${String(TOTAL - n).padStart(8, '0')}`,
    channel: email ? 'email' : whatsapp ? 'whatsapp' : 'sms',
    to: email
      ? `${(name ?? 'guest').split(' ')[0]?.toLowerCase()}@mail.example`
      : `+1555010${String(100 + (n % 100)).padStart(4, '0')}`,
    from: null,
    connection: email ? '01line0000re1' : whatsapp ? '01line0000wa1' : '01line0000tw1',
    ...kind,
    provider_id: kind.state === 'delivered' || kind.state === 'read' ? `SM${n}practice` : null,
    created_at: at(0),
    send_at: null,
    useful_until: at(60 * 24),
    updated_at: at(2),
    name: n % 7 === 3 ? null : name,
    batch: null,
    cause: null,
  };
}

export const fixtureMessages: Message[] = Array.from({ length: TOTAL }, (_, n) => make(n));

export function page(all: readonly Message[], args: MessagesArgs): MessageList {
  const q = args.q?.toLowerCase();
  const hits = all.filter(
    (m) =>
      (q === undefined || `${m.name ?? ''} ${m.to}`.toLowerCase().includes(q)) &&
      (args.state === undefined || args.state.includes(m.state)) &&
      (args.channel === undefined || args.channel.includes(m.channel)) &&
      (args.connection === undefined || args.connection.includes(m.connection)) &&
      (args.cause === undefined || causeKey(m) === args.cause) &&
      (args.since === undefined || m.created_at >= args.since) &&
      (args.until === undefined || m.created_at < args.until),
  );
  const limit = args.limit ?? 50;
  const after = args.after === undefined ? -1 : hits.findIndex((m) => m.id === args.after);
  const before = args.before === undefined ? -1 : hits.findIndex((m) => m.id === args.before);
  const start = before >= 0 ? Math.max(0, before - limit) : after + 1;
  const end = before >= 0 ? before : start + limit;
  const items = hits.slice(start, end);
  return {
    items,
    next: end < hits.length ? (items.at(-1)?.id ?? null) : null,
    prev: start > 0 ? (items[0]?.id ?? null) : null,
    total: q === undefined ? hits.length : null,
    searched_until: null,
  };
}

export function causeKey(m: Message): string | null {
  if (m.state === 'unknown') return `${m.connection}:unknown`;
  return m.state === 'needs_attention' && m.failure ? `${m.connection}:${m.failure.code}` : null;
}

export function causes(all: readonly Message[]): Cause[] {
  const groups = new Map<string, Message[]>();
  for (const m of all) {
    const key = causeKey(m);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  return [...groups].map(([key, list]) => {
    const first = list.at(-1) as Message;
    const failure = first.failure;
    return {
      key,
      connection: first.connection,
      class: failure?.class ?? 'unknown',
      code: failure?.code ?? 'no answer',
      say: failure?.say ?? 'Outcome unknown',
      remedy: failure?.remedy ?? 'Signalbox asks the provider. It is not sent twice.',
      count: list.length,
      first_at: first.created_at,
      last_at: list[0]?.created_at ?? first.created_at,
      retryable: failure?.class === 'rate_limited',
      status:
        failure?.class === 'rate_limited'
          ? 'Over. Safe to retry'
          : failure === null
            ? 'Checking. Not sent twice'
            : failure.remedy.replace(/\.$/, ''),
      state: failure === null ? ('unknown' as const) : ('needs_attention' as const),
    };
  });
}

export function detail(m: Message): MessageDetail {
  const base = Date.parse(m.created_at);
  const entry = (s: number, what: string, text: string | null, actor = 'Signalbox'): TimelineEntry => ({
    at: new Date(base + s * 1000).toISOString(),
    what,
    detail: text,
    actor,
  });
  const timeline = [entry(0, 'queued', 'Queued in the window', 'Front desk')];
  if (m.attempts > 0) timeline.push(entry(3, 'intent', 'From here on it cannot be sent twice'));
  if (m.failure) timeline.push(entry(4, 'refused', `${m.failure.say}, ${m.failure.code}`));
  else if (m.state === 'held') timeline.push(entry(2, 'held', 'The line is signed out'));
  else if (m.state === 'unknown') timeline.push(entry(33, 'unknown', 'No answer for 30 s'));
  else timeline.push(entry(4, 'accepted', '240 ms'), entry(60, 'receipt:delivered', null, 'Twilio'));
  return {
    ...m,
    body: `Hi ${m.name ?? 'there'}, a reminder of your visit on Thursday at 16:00. Reply C to confirm.`,
    subject: m.channel === 'email' ? 'Your visit on Thursday' : null,
    segments: m.channel === 'sms' ? 1 : null,
    timeline,
    attempts_log: Array.from({ length: m.attempts }, (_, i) => ({
      id: `${m.id}a${i}`,
      n: i + 1,
      connection: m.connection,
      intent_at: new Date(base + 3_000 + i * 8_000).toISOString(),
      ended_at: new Date(base + 3_240 + i * 8_000).toISOString(),
      outcome: m.failure
        ? ('refused' as const)
        : m.state === 'unknown'
          ? ('unknown' as const)
          : ('accepted' as const),
      class: m.failure?.class ?? null,
      code: m.failure?.code ?? null,
      http: m.failure ? 429 : m.state === 'unknown' ? null : 201,
      took_ms: m.state === 'unknown' ? 30_000 : 240,
      detail: null,
    })),
  };
}

export function holdsOf(lines: readonly Connection[]) {
  return lines
    .filter((l) => l.waiting > 0)
    .map((l) => ({
      connection: l.id,
      reason: 'reconnect' as const,
      count: l.waiting,
      oldest: l.oldest_waiting ?? ago(10),
      first_expiry: l.first_expiry ?? later(60),
      say: 'They leave in order by themselves once the line is signed in again.',
    }));
}
