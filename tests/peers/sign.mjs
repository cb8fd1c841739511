// Signs webhooks with the official packages, so that our verification is held against theirs and not against our own
// reading of the rules.
//
// In, one JSON value a line:
//   {"kind":"twilio","token":"…","url":"…","params":{"To":"…","Many":["a","b"]}}
//   {"kind":"twilio","token":"…","url":"…?bodySHA256=…","body":"{…}"}      (params stay empty; the URL carries the hash)
//   {"kind":"svix","secret":"whsec_…","id":"msg_…","timestamp":1700000000,"body":"{…}"}
// Out: {"signature":"…"}; for a twilio body without a hash in its URL also {"url":"…"} with it.

import { createHash } from 'node:crypto';
import twilio from 'twilio';
import { Webhook } from 'svix';
import { answerLines, say } from './lib.mjs';

function signTwilio({ token, url, params, body }) {
  if (body === undefined) {
    return { signature: twilio.getExpectedTwilioSignature(token, url, params ?? {}) };
  }
  const hash = createHash('sha256').update(body).digest('hex');
  const whole = url.includes('bodySHA256=') ? url : `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
  return { signature: twilio.getExpectedTwilioSignature(token, whole, {}), url: whole };
}

function signSvix({ secret, id, timestamp, body }) {
  return { signature: new Webhook(secret).sign(id, new Date(timestamp * 1000), body) };
}

say({ ready: true, peer: 'sign' });
await answerLines((order) => {
  if (order.kind === 'twilio') return signTwilio(order);
  if (order.kind === 'svix') return signSvix(order);
  throw new Error(`unknown kind ${JSON.stringify(order.kind)}`);
});
