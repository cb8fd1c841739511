// A real mail server on loopback (npm `smtp-server`), independent of the simulated one: it counts what it takes, and
// misbehaves on request. It delivers nothing.
//
// Flags: --port 0 --control-port 0 --ledger FILE --tls none|starttls|tls --user NAME --password WORD
// Ready: {"ready":true,"peer":"smtp","port":…,"control":"http://127.0.0.1:…","certificate_pem":…|null}
// Faults, as JSON lines on standard input or by POST /faults: {"fault":"…","next":n,"to":"optional address"}
//   defer_450 | defer_421        the next n recipients are put off (421 closes the connection)
//   refuse_550                   the next n recipients do not exist
//   drop_before | drop_after     the connection is reset after the mail was read, before or after it was recorded
//   hang_after                   the mail is recorded and the final dot never answered
// GET /log answers {items, counts: {accepted, by_message_id, by_to, doubled}}; DELETE /log and DELETE /faults forget.

import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';
import { answerLines, flags, say } from './lib.mjs';

const AT_RECIPIENT = {
  defer_450: [450, 'Mailbox temporarily unavailable, try again later'],
  defer_421: [421, 'Service not available, closing transmission channel'],
  refuse_550: [550, 'No such user here'],
};
const AT_THE_END = ['drop_before', 'drop_after', 'hang_after'];
const MOST_BYTES = 32 * 1024 * 1024;

const given = flags({ port: 0, 'control-port': 0, ledger: '', tls: 'none', user: '', password: '' });
const accepted = [];
let faults = [];

/** Takes one order to misbehave. */
function order(fault) {
  if (!(fault.fault in AT_RECIPIENT) && !AT_THE_END.includes(fault.fault)) {
    throw new Error(`unknown fault ${JSON.stringify(fault.fault)}`);
  }
  faults.push({ fault: fault.fault, next: fault.next ?? 1, to: fault.to });
  return { ok: true, standing: faults };
}

/** The next standing fault among `kinds` for these recipients, used up by one. */
function strike(kinds, recipients) {
  const hit = faults.find((one) => kinds.includes(one.fault) && (one.to === undefined || recipients.includes(one.to)));
  if (hit === undefined) return undefined;
  hit.next -= 1;
  faults = faults.filter((one) => one.next > 0);
  return hit.fault;
}

/** Records one mail: the file first, so that a count survives whatever comes next. */
function record(session, mail) {
  const header = mail.split('\r\n\r\n', 1)[0].replace(/\r\n[ \t]+/g, ' ');
  const field = (name) => header.match(new RegExp(`^${name}:[ \\t]*(.*)$`, 'im'))?.[1].trim() ?? null;
  const entry = {
    at: new Date().toISOString(),
    message_id: field('Message-ID'),
    from: session.envelope.mailFrom.address,
    to: session.envelope.rcptTo.map((one) => one.address),
    subject: field('Subject'),
    secure: session.secure,
    user: session.user ?? null,
    bytes: Buffer.byteLength(mail),
  };
  if (given.ledger) appendFileSync(given.ledger, `${JSON.stringify(entry)}\n`);
  accepted.push(entry);
}

function counts() {
  const byMessageId = {};
  const byTo = {};
  const pairs = {};
  const add = (where, key) => {
    where[key] = (where[key] ?? 0) + 1;
  };
  for (const { message_id, to } of accepted) {
    add(byMessageId, message_id);
    for (const one of to) {
      add(byTo, one);
      add(pairs, `${message_id} ${one}`);
    }
  }
  const doubled = Object.entries(pairs).filter(([, times]) => times > 1);
  return { accepted: accepted.length, by_message_id: byMessageId, by_to: byTo, doubled: Object.fromEntries(doubled) };
}

function refusal(code, words) {
  return Object.assign(new Error(words), { responseCode: code });
}

const sockets = new Map();
const socketOf = (session) => sockets.get(session.remotePort);

const certificate =
  given.tls === 'none'
    ? undefined
    : await generate([{ name: 'commonName', value: 'localhost' }], {
        keySize: 2048,
        algorithm: 'sha256',
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] },
        ],
      });

const server = new SMTPServer({
  name: 'localhost',
  banner: 'peer',
  size: MOST_BYTES,
  secure: given.tls === 'tls',
  key: certificate?.private,
  cert: certificate?.cert,
  hideENHANCEDSTATUSCODES: false,
  disableReverseLookup: true,
  allowInsecureAuth: given.tls === 'none',
  authOptional: given.user === '',
  disabledCommands: [...(given.tls === 'starttls' ? [] : ['STARTTLS']), ...(given.user === '' ? ['AUTH'] : [])],
  onAuth({ username, password }, _session, done) {
    if (username === given.user && password === given.password) done(null, { user: username });
    else done(refusal(535, 'Authentication credentials invalid'));
  },
  onRcptTo({ address }, session, done) {
    const fault = strike(Object.keys(AT_RECIPIENT), [address]);
    if (fault === undefined) return done();
    done(refusal(...AT_RECIPIENT[fault]));
    if (fault === 'defer_421') setImmediate(() => socketOf(session)?.end());
  },
  onData(stream, session, done) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('error', done);
    stream.on('end', () => {
      const fault = strike(AT_THE_END, session.envelope.rcptTo.map((one) => one.address));
      if (fault === 'drop_before') return socketOf(session)?.resetAndDestroy();
      if (stream.sizeExceeded) return done(refusal(552, 'Message size exceeds fixed maximum message size'));
      record(session, Buffer.concat(chunks).toString('utf8'));
      if (fault === 'drop_after') return socketOf(session)?.resetAndDestroy();
      if (fault === 'hang_after') return undefined;
      return done(null, `Ok: queued as ${accepted.length}`);
    });
  },
});
// A client that goes away in the middle of a session is part of the tests, not an error of this server.
server.on('error', (error) => process.stderr.write(`smtp peer: ${error.message}\n`));
server.server.on('connection', (socket) => {
  const port = socket.remotePort;
  sockets.set(port, socket);
  socket.on('close', () => sockets.delete(port));
});

const control = createServer(async (request, response) => {
  const answer = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  try {
    switch (`${request.method} ${request.url}`) {
      case 'GET /log':
        return answer(200, { items: accepted, counts: counts() });
      case 'DELETE /log':
        accepted.length = 0;
        return answer(200, { ok: true });
      case 'DELETE /faults':
        faults = [];
        return answer(200, { ok: true });
      case 'POST /faults': {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        return answer(201, order(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      }
      default:
        return answer(404, { error: 'no such control' });
    }
  } catch (error) {
    return answer(422, { error: error.message });
  }
});

const smtpSide = server.listen(given.port, '127.0.0.1');
const controlSide = control.listen(given['control-port'], '127.0.0.1');
await Promise.all([smtpSide, controlSide].map((side) => (side.listening ? undefined : once(side, 'listening'))));
say({
  ready: true,
  peer: 'smtp',
  port: smtpSide.address().port,
  control: `http://127.0.0.1:${controlSide.address().port}`,
  certificate_pem: certificate?.cert ?? null,
});
await answerLines(order);
process.exit(0);
