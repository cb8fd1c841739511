/** Every screen of the board, and a desk with something on each of them. */

import { becomes, line, mail, text } from './desk';
import type { Owner } from './owner';
import { mailboxes, people } from './people';

export interface Place {
  name: string;
  path: string;
}

/** What a business has after a morning: delivered, failed, unknown, held, scheduled, and a line that is off. */
export interface Morning {
  delivered: string;
  failed: string;
  unknown: string;
  batch: string;
  lines: { twilio: string; resend: string; smtp: string };
}

export async function morning(owner: Owner): Promise<Morning> {
  await owner.call('settings_set', { business_name: 'Alder Street Dental', zone: 'America/Los_Angeles' });
  const lines = {
    twilio: await line(owner, 'twilio'),
    resend: await line(owner, 'resend'),
    smtp: await line(owner, 'smtp'),
  };
  const unknown = await mail(owner, { to: mailboxes.lost, name: 'Walter Nkemelu', by: 'smtp' });
  await mail(owner, { to: mailboxes.bounced, name: 'Peg Hollis', by: 'smtp' });
  await mail(owner, { to: mailboxes.spam, name: 'Yuki Tanabe', by: 'smtp' });
  const delivered = await text(owner, {
    to: people.grace,
    name: 'Grace Lindholm',
    body: 'Hello Grace, see you tomorrow at 10:15 at Alder Street Dental. Reply STOP to opt out.',
  });
  const failed = await text(owner, { to: people.abroad, name: 'Ida Sorensen' });
  await text(owner, { to: people.stopped, name: 'Carl Weems' });
  await owner.call('send', {
    channel: 'sms',
    to: people.ada,
    name: 'Ada Byron',
    body: 'Happy birthday!',
    send_at: '2036-03-16T17:15:00.000Z',
    useful_until: '2036-03-17T01:00:00.000Z',
  });
  const batch = await owner.call('import_start', {
    csv: 'Name,Phone,Day\nMary Somerville,+1 555 555 0102,Monday\nTomas Rivera,12 34,Friday\n',
    map: { Name: 'name', Phone: 'to', Day: 'Day' },
    channel: 'sms',
    body: 'Hello {name}, see you on {Day}.',
    name: 'Recalls',
  });
  await becomes(owner, unknown.id, 'unknown');
  await becomes(owner, failed.id, 'needs_attention');
  await becomes(owner, delivered.id, 'delivered');
  await owner.call('pause', { id: lines.resend });
  await mail(owner, { to: mailboxes.delivered, name: 'Noor Petrossian', by: 'resend' });
  await owner.call('suppress', { channel: 'sms', address: '+1 555 555 0103', why: 'told us on the phone' });
  await owner.call('token_create', { name: 'booking site' });
  return { delivered: delivered.id, failed: failed.id, unknown: unknown.id, batch: batch.id, lines };
}

/** All addresses of the board, with something to see on each. */
export function places(desk: Morning): Place[] {
  return [
    { name: 'overview', path: '/' },
    { name: 'messages', path: '/messages' },
    { name: 'messages-detail', path: `/messages?message=${desk.delivered}` },
    { name: 'message', path: `/messages/${desk.failed}` },
    { name: 'triage', path: '/triage' },
    { name: 'triage-detail', path: `/triage?message=${desk.failed}` },
    { name: 'triage-unknown', path: `/triage?message=${desk.unknown}` },
    { name: 'compose', path: '/compose' },
    { name: 'compose-csv', path: '/compose?mode=many' },
    { name: 'batch', path: `/compose?mode=many&batch=${desk.batch}` },
    { name: 'lines', path: '/lines' },
    { name: 'line', path: `/lines/${desk.lines.twilio}` },
    { name: 'line-paused', path: `/lines/${desk.lines.resend}` },
    { name: 'line-test', path: `/lines/${desk.lines.smtp}?act=test` },
    { name: 'connect', path: '/connect' },
    { name: 'connect-twilio', path: '/connect?provider=twilio' },
    { name: 'connect-resend', path: '/connect?provider=resend' },
    { name: 'connect-smtp', path: '/connect?provider=smtp' },
    { name: 'settings', path: '/settings' },
    { name: 'receipts', path: '/settings/receipts' },
  ];
}

/** Told by the page itself, not by time: nothing is being read any more and no grey rows are left. */
export const QUIET = '[aria-busy=true], [class*=skeleton], [class*=spinner]';
