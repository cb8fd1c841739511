/**
 * Furnishes the fixture host with what writing, lines and settings need: previews with refusals, files,
 * batches that move, lists that change. Never in a production bundle.
 */
import type {
  Batch,
  ConnectionDetail,
  Preview,
  Receipt,
  SendArgs,
  Suppression,
  Tag,
  Token,
} from '@/api/generated';
import { outsiders } from '@/features/compose/alphabet';
import { parts } from '@/features/compose/template';
import { type FixtureHost, fixtureHost, type Scene } from './fixture';
import { catalogue } from './fixture-catalogue';
import { fixtureBatches, lookAt } from './fixture-import';
import { ago, FIXTURE_NOW, fixtureLines } from './fixture-lines';
import { changes } from './fixture-overview';
import { ApiError } from './host';

function refuse(code: string, field: string, message: string, remedy: string): never {
  throw new ApiError({ code, message, remedy, field });
}

function previewOf(args: SendArgs): Preview {
  const digits = args.to.replace(/\D/g, '');
  if (args.channel === 'email' ? !args.to.includes('@') : digits.length < 10) {
    refuse(
      'invalid_number',
      'to',
      args.channel === 'email' ? 'This is no mail address' : `${digits.length} digits, needs 10`,
      args.channel === 'email' ? 'Correct the mail address' : 'Correct the number, with its area code',
    );
  }
  if (digits.endsWith('5550100190'))
    refuse(
      'opted_out',
      'to',
      'This person asked not to be written to by this channel',
      'Use another channel, or ask them to opt in again',
    );
  const body =
    args.fields === undefined
      ? args.body
      : parts(args.body)
          .map((p) => (p.kind === 'text' ? p.text : (args.fields?.[p.name] ?? '')))
          .join('');
  const ucs2 = outsiders(body).length > 0;
  const [single, part] = ucs2 ? [70, 67] : [160, 153];
  const line =
    args.connection ??
    args.route?.find((id) => fixtureLines.some((l) => l.id === id && l.signal !== 'danger')) ??
    fixtureLines.find((l) => l.channel === args.channel && l.signal !== 'danger' && l.state !== 'disabled')
      ?.id ??
    '';
  const starts = args.send_at === undefined ? FIXTURE_NOW : Date.parse(args.send_at);
  if (args.useful_until !== undefined && Date.parse(args.useful_until) <= starts)
    refuse(
      'useful_until_past',
      'useful_until',
      'It would stop being useful before it could leave',
      'Choose a later time, or an earlier one to send at',
    );
  return {
    to: args.channel === 'email' ? args.to : `+1${digits.slice(-10)}`,
    connection: line,
    subject: args.channel === 'email' ? (args.subject ?? null) : null,
    body,
    segments:
      args.channel === 'sms'
        ? {
            encoding: ucs2 ? 'ucs2' : 'gsm7',
            units: body.length,
            segments: body.length <= single ? 1 : Math.ceil(body.length / part),
          }
        : null,
    send_at: args.send_at ?? null,
    useful_until:
      args.useful_until ?? new Date(starts + (args.channel === 'email' ? 72 : 24) * 3_600_000).toISOString(),
    notes:
      new Date(starts).getUTCHours() >= 3 && new Date(starts).getUTCHours() < 15
        ? ['Outside the allowed hours: it waits until Wed 08:00 PDT']
        : [],
  };
}

function detailOf(base: ConnectionDetail): ConnectionDetail {
  const own = base.provider === 'smtp';
  const refused =
    base.signal === 'danger'
      ? {
          at: ago(8),
          ok: false,
          latency_ms: 212,
          say: base.reason?.say ?? null,
          code: base.reason?.code ?? null,
        }
      : base.probe;
  return {
    ...base,
    probe: refused,
    fields: own
      ? {
          host: 'mail.alderstreet.example',
          port: '465',
          tls: 'tls',
          username: base.address ?? '',
          from: base.address ?? '',
          password: 'set',
        }
      : base.provider === 'resend'
        ? { api_key: 'set', from: base.address ?? '' }
        : {
            account_sid: 'AC00000000000000000000000000000001',
            auth_token: 'set',
            from: base.address ?? '',
          },
    webhook: { ...base.webhook, refused_today: base.id === '01line0000tw1' ? 2 : 0 },
    history:
      base.history.length > 0 ? base.history : changes.filter((c) => c.connection === base.id).slice(0, 5),
  };
}

export function furnish(host: FixtureHost, scene: Scene = 'busy'): FixtureHost {
  const empty = scene === 'empty';
  const tell = (...tags: Tag[]) => setTimeout(() => host.emit({ type: 'changed', tags }), 20);
  let batches: Batch[] = empty ? [] : [...fixtureBatches];
  let tokens: Token[] = empty
    ? []
    : [{ id: '01tok00000001', name: 'Booking site', created_at: ago(9_000), last_used: ago(40) }];
  let suppressions: Suppression[] = empty
    ? []
    : [
        {
          channel: 'sms',
          address: '+15550100190',
          since: ago(60 * 24 * 43),
          source: 'STOP by text message',
        },
        {
          channel: 'email',
          address: 'old-address@customer.example',
          since: ago(60 * 24 * 9),
          source: 'Complaint, reported by Resend',
        },
      ];
  let receipts: Receipt[] = empty
    ? []
    : [
        {
          id: '01rct00000001',
          provider: 'twilio',
          connection: '01line0000tw1',
          event_id: 'SM00000000000000000000000000000001:delivered',
          kind: 'delivered',
          received_at: ago(2),
          state: 'processed',
          error: null,
          message: '01msg00004000',
        },
        {
          id: '01rct00000002',
          provider: 'resend',
          connection: '01line0000re1',
          event_id: 'msg_00000000000000000000000001',
          kind: 'email.bounced',
          received_at: ago(40),
          state: 'dead',
          error: 'No message has this provider id',
          message: null,
        },
        {
          id: '01rct00000003',
          provider: 'resend',
          connection: '01line0000re1',
          event_id: 'msg_00000000000000000000000002',
          kind: 'email.opened',
          received_at: ago(95),
          state: 'dead',
          error: 'No message has this provider id',
          message: null,
        },
      ];

  host.answer('providers', () => ({ items: catalogue }));
  host.answer('preview', previewOf);
  host.answer('import_check', lookAt);
  host.answer('import_start', (args) => {
    const found = lookAt(args);
    const made: Batch = {
      id: `01bat0000new${batches.length}`,
      name: args.name ?? 'Import',
      created_at: ago(0),
      total: found.rows,
      waiting: found.ready,
      sent: 0,
      delivered: 0,
      failed: 0,
      unknown: 0,
      cancelled: 0,
      bad: found.bad,
      state: 'running',
    };
    batches = [made, ...batches];
    tell('batches');
    return made;
  });
  const batchOf = (id: string): Batch =>
    batches.find((b) => b.id === id) ?? refuse('not_found', 'id', 'There is no such batch', 'Choose another');
  host.answer('batches', () => ({ items: batches }));
  host.answer('batch', ({ id }) => batchOf(id));
  host.answer('batch_cancel', ({ id }) => {
    const old = batchOf(id);
    const next: Batch = { ...old, waiting: 0, cancelled: old.cancelled + old.waiting, state: 'cancelled' };
    batches = batches.map((b) => (b.id === id ? next : b));
    tell('batches');
    return next;
  });
  host.wrap('connection', (next) => detailOf(next()));
  host.answer('tokens', () => ({ items: tokens }));
  host.answer('token_create', ({ name = 'Token 1' }) => {
    if (name.trim() === '') refuse('invalid_name', 'name', 'A token needs a name', 'Say what it is for');
    tokens = [
      ...tokens,
      { id: `01tok0000000${tokens.length + 1}`, name, created_at: ago(0), last_used: null },
    ];
    tell('tokens');
    return { id: `01tok0000000${tokens.length}`, name, token: 'sbx_0000_shown_once_0000' };
  });
  host.answer('token_revoke', ({ id }) => {
    tokens = tokens.filter((one) => one.id !== id);
    tell('tokens');
    return { revoked: true };
  });
  host.answer('suppressions', ({ q }) => ({
    items: suppressions.filter((s) => q === undefined || s.address.startsWith(q)),
    next: null,
  }));
  host.answer('suppress', ({ channel, address, why }) => {
    if (address.trim().length < 5) refuse('invalid', 'address', 'This is no address', 'Correct the address');
    const made: Suppression = { channel, address: address.trim(), since: ago(0), source: why };
    suppressions = [...suppressions, made];
    tell('suppressions');
    return made;
  });
  host.answer('unsuppress', ({ channel, address }) => {
    const before = suppressions.length;
    suppressions = suppressions.filter((s) => s.channel !== channel || s.address !== address);
    tell('suppressions');
    return { removed: suppressions.length < before };
  });
  host.answer('receipts', ({ state }) => ({
    items: receipts.filter((r) => state === undefined || r.state === state),
    next: null,
  }));
  host.answer('receipts_replay', ({ ids }) => {
    const dead = receipts.filter((r) => r.state === 'dead' && (ids === undefined || ids.includes(r.id)));
    const [first] = dead;
    receipts = receipts.map((r) => (r.id === first?.id ? { ...r, state: 'processed', error: null } : r));
    tell('receipts');
    return { replayed: first === undefined ? 0 : 1, still_dead: Math.max(0, dead.length - 1) };
  });
  host.answer('doctor', () => ({
    items: [
      { what: 'Store', ok: true, say: '4,200 messages kept, 41 MB', remedy: '' },
      { what: 'Disk', ok: true, say: '84 GB free', remedy: '' },
      { what: 'Vault', ok: true, say: 'Open, with this computer’s keychain', remedy: '' },
      { what: 'Network', ok: true, say: 'This computer is online', remedy: '' },
      {
        what: 'Public address',
        ok: false,
        say: 'Providers cannot reach this computer, so receipts do not arrive',
        remedy: 'Set the public address',
      },
    ],
  }));
  host.answer('backup', ({ path }) => {
    if (path !== undefined && !path.startsWith('/'))
      refuse(
        'invalid',
        'path',
        'The copy needs a full path into a folder that exists',
        'Give one such as /media/backup/signalbox.db, or leave it out',
      );
    return {
      path: path ?? '/home/frontdesk/.local/share/signalbox/backups/signalbox-20260317T183210000Z.db',
      bytes: 41_000_000,
      took_ms: 420,
    };
  });
  host.wrap('settings_set', (next, args) => {
    if (args.public_url !== undefined && args.public_url !== null && !args.public_url.startsWith('https://'))
      refuse(
        'invalid_setting',
        'public_url',
        `\`${args.public_url}\` is not an address that a provider could reach`,
        'An https address without a query, such as https://hooks.example.com',
      );
    return next();
  });
  return host;
}

/** A fixture host with all of it, for tests. */
export function deskHost(scene: Scene = 'busy'): FixtureHost {
  return furnish(fixtureHost(scene), scene);
}
