// What all peers share: one ready line, one answer per line, and an end when standard input closes.
// Everything a person may want to read goes to standard error; standard output is JSON, one value a line.

import { createInterface } from 'node:readline';

/** Writes one JSON value as one line on standard output. */
export function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/**
 * Hands each JSON line of standard input to `take`, in order, and says what it returns; calls `close` when the input
 * ends. A line that cannot be understood is answered with `{error}` instead of ending the peer.
 */
export async function answerLines(take, close = () => {}) {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    try {
      say(await take(JSON.parse(line)));
    } catch (error) {
      say({ error: String(error?.message ?? error) });
    }
  }
  await close();
}

/** `--name value` and `--name` from the command line, with defaults; an unknown name is an error. */
export function flags(defaults) {
  const found = { ...defaults };
  const words = process.argv.slice(2);
  while (words.length > 0) {
    const name = words.shift().replace(/^--/, '');
    if (!(name in defaults)) throw new Error(`unknown flag --${name}`);
    if (defaults[name] === false) found[name] = true;
    else if (typeof defaults[name] === 'number') found[name] = Number(words.shift());
    else found[name] = words.shift();
  }
  return found;
}
