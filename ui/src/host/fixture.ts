/**
 * A host without a core: invented data, for tests and for `vite --mode fixtures`.
 * `?fixture=` picks the scene: busy (default), clear, empty, broken, slow, lost. Never in a production
 * bundle: scripts/check-bundle.mjs looks for the mark below.
 */

import type {
  ArgsOf,
  CommandName,
  Connection,
  ConnectionDetail,
  LiveEvent,
  Message,
  Overview,
  ResultOf,
  Settings,
  Status,
  Tag,
} from '@/api/generated';
import { setClock } from '@/app/clock';
import { furnish } from './fixture-desk';
import { ago, FIXTURE_NOW, fixtureLines, later, noise, practiceLines } from './fixture-lines';
import { causes, detail, fixtureMessages, holdsOf, page } from './fixture-messages';
import { changes, hoursToday, needsYou, providers } from './fixture-overview';
import { ApiError, type Host, type LinkState, makeListeners } from './host';

export const FIXTURE_MARK = 'signalbox-fixture-host';

export type Scene = 'busy' | 'clear' | 'empty' | 'broken' | 'slow' | 'lost';

const ZONE = 'America/Los_Angeles';

export interface FixtureHost extends Host {
  /** Sends an event as the core would. */
  emit(event: LiveEvent): void;
  setLink(state: LinkState): void;
  /** Every call so far, for tests. */
  readonly calls: { name: CommandName; args: unknown }[];
  /** Tests may answer a command themselves; throw an ApiError to refuse. */
  answer<N extends CommandName>(name: N, fn: (args: ArgsOf<N>) => ResultOf<N>): void;
  /** Puts something around an answer; `next` is the answer there was. */
  wrap<N extends CommandName>(name: N, fn: (next: () => ResultOf<N>, args: ArgsOf<N>) => ResultOf<N>): void;
}

type Answers = { [N in CommandName]?: (args: ArgsOf<N>) => ResultOf<N> };

export function fixtureHost(scene: Scene = 'busy'): FixtureHost {
  const events = makeListeners<[LiveEvent]>();
  const links = makeListeners<[]>();
  const calls: { name: CommandName; args: unknown }[] = [];
  let link: LinkState = 'live';
  let lines: Connection[] =
    scene === 'empty'
      ? []
      : scene === 'clear'
        ? fixtureLines
            .filter((l) => l.environment === 'production' && l.id !== '01line0000sm2')
            .map((l) => ({
              ...l,
              signal: 'clear',
              state: 'active',
              waiting: 0,
              checks: fixtureLines[5]?.checks ?? [],
            }))
        : [...fixtureLines];
  let messages: Message[] =
    scene === 'empty' ? [] : scene === 'clear' ? fixtureMessages.slice(67) : [...fixtureMessages];
  let settings: Settings = {
    business_name: scene === 'empty' ? 'Northgate Plumbing' : 'Alder Street Dental',
    country: 'US',
    zone: ZONE,
    allowed_hours: { from: '08:00', to: '20:00', days: [1, 2, 3, 4, 5, 6] },
    public_url: null,
    theme: 'system',
    single_key_shortcuts: true,
    close_to_tray: null,
    notifications: true,
  };

  const changed = (...tags: Tag[]) => setTimeout(() => events.emit({ type: 'changed', tags }), 20);
  const waiting = () => lines.reduce((n, l) => n + l.waiting, 0);
  const countOf = (state: Message['state']) => messages.filter((m) => m.state === state).length;
  const danger = () => lines.filter((l) => l.signal === 'danger').length;
  const verdict = () => ({
    signal: danger() > 0 ? ('danger' as const) : ('clear' as const),
    say:
      danger() > 0
        ? `${danger() === 1 ? '1 line needs' : `${danger()} lines need`} you. ${waiting()} messages are waiting; nothing is lost.`
        : 'All lines clear. Nothing is waiting.',
    checked_at: ago(0.13),
  });
  const refuse = (code: string, message: string, remedy: string): never => {
    throw new ApiError({ code, message, remedy });
  };
  const lineOf = (id: string): Connection =>
    lines.find((l) => l.id === id) ??
    refuse('not_found', 'There is no such line.', 'It may have been removed.');
  const messageOf = (id: string): Message =>
    messages.find((m) => m.id === id) ??
    refuse('not_found', 'There is no such message.', 'It may be older than what is kept.');
  const putLine = (id: string, over: Partial<Connection>): Connection => {
    const next = { ...lineOf(id), ...over };
    lines = lines.map((l) => (l.id === id ? next : l));
    changed('connections', 'changes');
    return next;
  };
  const setStates = (args: { ids?: string[]; cause?: string }, state: Message['state']): number => {
    let n = 0;
    const ids = new Set(
      args.ids ??
        page(messages, { ...(args.cause ? { cause: args.cause } : {}), limit: 9_999 }).items.map((m) => m.id),
    );
    messages = messages.map((m) => {
      if (!ids.has(m.id)) return m;
      n += 1;
      return { ...m, state };
    });
    changed('messages', 'causes');
    return n;
  };

  const answers: Answers = {
    status: (): Status => ({
      version: '0.1.0',
      home: '/home/frontdesk/.local/share/signalbox',
      started_at: ago(200),
      port: 3000,
      public_url: settings.public_url,
      verdict: verdict(),
      lines: lines.length,
      waiting: waiting(),
      failed: countOf('needs_attention'),
      unknown: countOf('unknown'),
      vault: { mode: 'keyring', say: 'Keys and sign-ins are kept in this computer’s keychain.' },
      disk: { free_bytes: 84_000_000_000, floor_bytes: 500_000_000, ok: true },
      offline: false,
      store: { messages: messages.length, bytes: 41_000_000 },
      practice: lines.some((l) => l.environment === 'practice'),
      zone: settings.zone,
    }),
    overview: (): Overview => ({
      verdict: { ...verdict(), detail: null },
      needs_you:
        danger() > 0 && scene !== 'clear'
          ? needsYou.filter((n) => lines.some((l) => l.id === n.connection))
          : [],
      lines,
      hours: scene === 'empty' ? [] : hoursToday(),
      changes: scene === 'empty' ? [] : changes,
      zone: settings.zone,
      now: new Date(FIXTURE_NOW).toISOString(),
    }),
    connections: () => ({ items: lines, next: null }),
    connection: ({ id }): ConnectionDetail => {
      const l = lineOf(id);
      return {
        ...l,
        fields: {
          account_sid: 'AC0000000000000000000000000000test',
          auth_token: 'set',
          from: l.address ?? '',
        },
        held: l.waiting > 0 ? [{ reason: 'reconnect', count: l.waiting }] : [],
        calls: messages
          .filter((m) => m.connection === id)
          .slice(0, 12)
          .flatMap((m) =>
            detail(m)
              .attempts_log.slice(0, 1)
              .map((a) => ({ ...a, message: m.id, to: m.to })),
          ),
        webhook: { url: l.webhook_url, last_verified: l.webhook_url ? ago(3) : null, refused_today: 0 },
        limits: { say: 'About 10 messages per second.', per_second: 10, backlog_s: 0 },
        history: changes.filter((c) => c.connection === id),
      };
    },
    providers: () => ({ items: providers }),
    connect: (args) => {
      const id = `01line${String(lines.length).padStart(7, '0')}`;
      const made: Connection = {
        ...(practiceLines[0] as Connection),
        id,
        name: args.name,
        provider: args.provider,
        environment: args.environment,
        address: args.fields.from ?? null,
      };
      lines = [...lines, made];
      changed('connections');
      return made;
    },
    connect_check: (args) =>
      Object.values(args.secrets).includes('wrong')
        ? {
            at: ago(0),
            ok: false,
            latency_ms: 212,
            say: 'The provider does not know this key.',
            code: '401 / 20003',
          }
        : { at: ago(0), ok: true, latency_ms: 240, say: null, code: null },
    connection_update: ({ id, name }) => putLine(id, name === undefined ? {} : { name }),
    pause: ({ id }) => putLine(id, { state: 'paused', signal: 'off', can: ['resume', 'disable', 'remove'] }),
    resume: ({ id }) =>
      putLine(id, { state: 'active', signal: 'clear', can: ['pause', 'disable', 'test', 'check', 'remove'] }),
    disable: ({ id }) => putLine(id, { state: 'disabled', signal: 'off', can: ['enable', 'remove'] }),
    enable: ({ id }) =>
      putLine(id, { state: 'active', signal: 'clear', can: ['pause', 'disable', 'test', 'check', 'remove'] }),
    remove: ({ id }) => {
      lines = lines.filter((l) => l.id !== id);
      changed('connections');
      return { removed: true, cancelled: 0 };
    },
    check: ({ id }) => putLine(id, { last_good: ago(0), signal: 'clear', state: 'active' }),
    test: ({ to }) => ({ ...(messages[80] as Message), to }),
    practice_start: () => {
      lines = [...lines.filter((l) => l.environment !== 'practice'), ...practiceLines];
      changed('connections', 'health', 'changes');
      return { items: practiceLines };
    },
    send: (args) => ({
      ...(messages[80] ?? (fixtureMessages[80] as Message)),
      to: args.to,
      state: 'queued',
      channel: args.channel,
    }),
    preview: (args) => ({
      to: args.to,
      connection: args.connection ?? lines.find((l) => l.channel === args.channel)?.id ?? '',
      subject: args.subject ?? null,
      body: args.body,
      segments:
        args.channel === 'sms'
          ? {
              encoding: 'gsm7',
              units: args.body.length,
              segments: Math.max(1, Math.ceil(args.body.length / 160)),
            }
          : null,
      send_at: args.send_at ?? null,
      useful_until: args.useful_until ?? later(60 * 24),
      notes: [],
    }),
    messages: (args) => page(messages, args),
    message: ({ id }) => detail(messageOf(id)),
    causes: () => ({ items: causes(messages) }),
    retry: (args) => {
      const list =
        args.ids ??
        page(messages, { ...(args.cause ? { cause: args.cause } : {}), limit: 9_999 }).items.map((m) => m.id);
      const skip = Math.floor(list.length / 6);
      if (args.dry_run !== true) setStates({ ids: list.slice(skip) }, 'queued');
      return {
        dry_run: args.dry_run === true,
        ...(args.dry_run ? { would_send: list.length - skip } : { sent: list.length - skip }),
        skipped: list
          .slice(0, skip)
          .map((id) => ({ id, to: messageOf(id).to, why: 'Useful until 11:00, which is over' })),
        skipped_count: skip,
        by_connection: [
          { connection: '01line0000tw1', count: list.length - skip, starts_at: ago(0), ends_at: later(1) },
        ],
        segments: list.length - skip,
        order: 'Oldest first, about 1 per second.',
      };
    },
    dismiss: (args) => ({ changed: setStates(args, 'dismissed') }),
    undismiss: (args) => ({ changed: setStates(args, 'needs_attention') }),
    cancel: (args) => ({ changed: setStates(args, 'cancelled'), refused: [] }),
    holds: () => ({ items: holdsOf(lines) }),
    release: () => ({ released: 9, expired: 1, asked: 1 }),
    resolve: ({ id, as }) => {
      setStates({ ids: [id] }, as === 'sent' ? 'sent' : as === 'again' ? 'queued' : 'cancelled');
      return messageOf(id);
    },
    import_check: (args) => {
      const rows = args.csv.trim().split('\n');
      const columns = (rows[0] ?? '').split(',');
      const n = Math.max(0, rows.length - 1);
      return {
        columns,
        rows: n,
        ready: Math.max(0, n - 1),
        bad:
          n > 0
            ? [
                {
                  row: 3,
                  kind: 'fix',
                  column: columns[1] ?? '',
                  value: '503-555-016',
                  why: '9 digits, needs 10',
                  mend: 'Add the missing digit.',
                },
              ]
            : [],
        bad_count: n > 0 ? 1 : 0,
        duplicates: 0,
        opted_out: 0,
        preview: rows.slice(1, 21).map((r, i) => ({
          row: i + 1,
          to: r.split(',')[1] ?? '',
          name: r.split(',')[0] ?? null,
          subject: args.subject ?? null,
          body: args.body ?? '',
          segments: 1,
        })),
        segments: n,
      };
    },
    import_start: (args) => ({
      id: '01bat00000001',
      name: args.name ?? 'Import',
      created_at: ago(0),
      total: 128,
      waiting: 118,
      sent: 0,
      delivered: 0,
      failed: 0,
      unknown: 0,
      cancelled: 0,
      bad: [],
      state: 'running',
    }),
    batches: () => ({ items: [] }),
    receipts: () => ({
      items: [
        {
          id: '01rct00000001',
          provider: 'twilio',
          connection: '01line0000tw1',
          event_id: 'SMtest:delivered',
          kind: 'delivered',
          received_at: ago(2),
          state: 'processed',
          error: null,
          message: '01msg00004000',
        },
        {
          id: '01rct00000002',
          provider: 'resend',
          connection: null,
          event_id: 'evt_test',
          kind: 'email.bounced',
          received_at: ago(40),
          state: 'dead',
          error: 'No message has this provider id.',
          message: null,
        },
      ],
      next: null,
    }),
    receipts_replay: () => ({ replayed: 1, still_dead: 0 }),
    health: () => ({
      offline: false,
      offline_since: null,
      items: lines.map((l) => ({
        connection: l.id,
        signal: l.signal,
        checks: l.checks,
        last_good: l.last_good,
        median_ms: l.median_ms,
        next_check: later(1 + noise(lines.length)),
      })),
    }),
    changes: () => ({ items: changes, next: null }),
    settings: () => settings,
    settings_set: (args) => {
      settings = { ...settings, ...args };
      changed('settings');
      return settings;
    },
    tokens: () => ({
      items: [{ id: '01tok00000001', name: 'Booking site', created_at: ago(9_000), last_used: ago(40) }],
    }),
    token_create: ({ name = 'Token 1' }) => ({ id: '01tok00000002', name, token: 'sbx_shown_once_test' }),
    token_revoke: () => ({ revoked: true }),
    suppressions: () => ({
      items: [
        { channel: 'sms', address: '+15550100190', since: ago(60 * 24 * 43), source: 'STOP by text message' },
      ],
      next: null,
    }),
    suppress: ({ channel, address, why }) => ({ channel, address, since: ago(0), source: why }),
    unsuppress: () => ({ removed: true }),
    backup: () => ({ path: '/home/frontdesk/signalbox-2026-03-17.backup', bytes: 41_000_000, took_ms: 420 }),
    doctor: () => ({ items: [{ what: 'Keychain', ok: true, say: 'The keychain is open.', remedy: '' }] }),
  };

  return {
    kind: 'fixture',
    calls,
    async call<N extends CommandName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>> {
      calls.push({ name, args });
      const wait = scene === 'slow' ? 4_000 : 0;
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (scene === 'broken' && name !== 'settings')
        refuse(
          'not_reachable',
          'Signalbox does not answer.',
          'It may be restarting. This page tries again by itself.',
        );
      const answer = answers[name] as ((args: ArgsOf<N>) => ResultOf<N>) | undefined;
      if (answer === undefined) return refuse('not_found', 'This fixture has no answer.', FIXTURE_MARK);
      return structuredClone(answer(args));
    },
    subscribe: (listener) => events.add(listener),
    link: () => link,
    watchLink: (listener) => links.add(listener),
    reconnect() {
      link = 'live';
      links.emit();
      events.emit({ type: 'gap' });
    },
    emit: (event) => events.emit(event),
    setLink(state) {
      link = state;
      links.emit();
    },
    answer(name, fn) {
      (answers as Record<string, unknown>)[name] = fn;
    },
    wrap<N extends CommandName>(name: N, fn: (next: () => ResultOf<N>, args: ArgsOf<N>) => ResultOf<N>) {
      const old = answers[name] as ((args: ArgsOf<N>) => ResultOf<N>) | undefined;
      (answers as Record<string, unknown>)[name] = (args: ArgsOf<N>) =>
        fn(() => old?.(args) ?? refuse('not_found', 'This fixture has no answer.', FIXTURE_MARK), args);
    },
  };
}

/** For `vite --mode fixtures`: the scene from the address, and a clock that starts at the fixture's now. */
export function fixtureFromAddress(): Host {
  const asked = new URLSearchParams(window.location.search).get('fixture');
  if (asked !== null) window.sessionStorage.setItem('fixture', asked);
  const scene = (asked ?? window.sessionStorage.getItem('fixture') ?? 'busy') as Scene;
  const started = performance.now();
  setClock(() => FIXTURE_NOW + (performance.now() - started));
  const host = furnish(fixtureHost(scene), scene);
  if (scene === 'lost') setTimeout(() => host.setLink('lost'), 300);
  return host;
}
