// Drives the official `twilio` and `resend` clients against given addresses, so that a simulated provider is held
// against software that was written for the real one.
//
// Flags: --twilio URL --account-sid SID --auth-token TOKEN --resend URL --resend-key KEY
// In, one JSON value a line: {"client":"twilio"|"resend","do":"…","args":{…}}
// Out: {"ok":true,"value":…} or {"ok":false,"error":{…}} with the error as the client maps it.

import { Resend } from 'resend';
import twilio from 'twilio';
import { answerLines, flags, say } from './lib.mjs';

const given = flags({ twilio: '', 'account-sid': '', 'auth-token': '', resend: '', 'resend-key': '' });

/**
 * The client builds addresses from fixed host names and offers no option for another host; a custom `httpClient` is
 * its documented way to change what goes over the wire. Only scheme and host are replaced.
 */
class Detour extends twilio.RequestClient {
  constructor(base) {
    super({ timeout: 10_000 });
    this.base = new URL(base);
  }

  request(options) {
    const asked = new URL(options.uri);
    return super.request({ ...options, uri: `${this.base.origin}${asked.pathname}${asked.search}` });
  }
}

const sms = given.twilio
  ? twilio(given['account-sid'], given['auth-token'], { httpClient: new Detour(given.twilio) })
  : undefined;
const mail = given.resend ? new Resend(given['resend-key'], { baseUrl: given.resend }) : undefined;

/** A resource as plain JSON: the client's objects carry their version and solution along. */
const plain = (resource) => JSON.parse(JSON.stringify(resource));

const twilioActs = {
  create: async (args) => plain(await sms.messages.create(args)),
  fetch: async ({ sid }) => plain(await sms.messages(sid).fetch()),
  cancel: async ({ sid }) => plain(await sms.messages(sid).update({ status: 'canceled' })),
  remove: async ({ sid }) => sms.messages(sid).remove(),
  list: async (args) => (await sms.messages.list(dated(args))).map(plain),
  account: async () => plain(await sms.api.v2010.accounts(given['account-sid']).fetch()),
  balance: async () => plain(await sms.balance.fetch()),
};

/** The client wants dates as dates. */
function dated(args) {
  const whole = { ...args };
  for (const name of ['dateSent', 'dateSentBefore', 'dateSentAfter']) {
    if (name in whole) whole[name] = new Date(whole[name]);
  }
  return whole;
}

const resendActs = {
  send: ({ email, idempotencyKey }) => mail.emails.send(email, { idempotencyKey }),
  batch: ({ emails, idempotencyKey }) => mail.batch.send(emails, { idempotencyKey }),
  get: ({ id }) => mail.emails.get(id),
  list: (args) => mail.emails.list(args),
  cancel: ({ id }) => mail.emails.cancel(id),
  update: (args) => mail.emails.update(args),
  domains: () => mail.domains.list(),
};

async function byTwilio(order) {
  try {
    return { ok: true, value: await twilioActs[order.do](order.args ?? {}) };
  } catch (error) {
    const { status, code, message, moreInfo } = error;
    return { ok: false, error: { name: error.constructor.name, status, code, message, moreInfo } };
  }
}

async function byResend(order) {
  const { data, error, headers } = await resendActs[order.do](order.args ?? {});
  return error ? { ok: false, error, headers } : { ok: true, value: data, headers };
}

const rooms = {
  twilio: { client: sms, acts: twilioActs, run: byTwilio },
  resend: { client: mail, acts: resendActs, run: byResend },
};

say({ ready: true, peer: 'clients' });
await answerLines((order) => {
  const room = rooms[order.client];
  if (!room?.client) throw new Error(`no client ${JSON.stringify(order.client)}; was its address given?`);
  if (!Object.hasOwn(room.acts, order.do)) throw new Error(`${order.client} cannot ${JSON.stringify(order.do)}`);
  return room.run(order);
});
// Kept-alive connections would hold the process open after its work is done.
process.exit(0);
