// Other embedded queues beside ours, in turns within one run: `cargo xtask bench --peers`.
//
// A cycle is: one message of 200 bytes accepted, claimed and completed. Ours is fenced, journalled and committed at full
// durability. Each queue is measured as it ships; those that ship with less are measured with full durability as well
// where they allow it. Everything runs once on the disk as it is, and once with syncs that take 2 ms more.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CALLERS, effectum, huey, ours, plainjob, SECONDS, slowDisk } from './queues.mjs';

const TURNS = 3;
const SLOW_US = 2_000;

const outside = process.env.SIGNALBOX_PEERS_DIR ?? join(tmpdir(), 'signalbox-peers');
mkdirSync(outside, { recursive: true });

/** One turn of one queue in a folder of its own; cycles a second. */
function turn(queue, shim) {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  try {
    const [program, ...words] = queue.command(folder);
    const slow = shim ? { LD_PRELOAD: shim, SLOW_US: String(SLOW_US) } : {};
    const said = execFileSync(program, words, {
      encoding: 'utf8',
      env: { ...process.env, ...slow },
      stdio: ['ignore', 'pipe', 2],
      timeout: 60_000,
    });
    const rate = Number(said.trim().split('\n').at(-1));
    if (!(rate > 0)) throw new Error(`${queue.name} said: ${said}`);
    return rate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
}

/** Every queue, in turns. */
function race(queues, shim) {
  const rates = new Map(queues.map((queue) => [queue, []]));
  for (let n = 0; n < TURNS; n += 1) {
    for (const queue of queues) rates.get(queue).push(turn(queue, shim));
  }
  return queues.map((queue) => ({ ...queue, rate: median(rates.get(queue)) }));
}

function times(a, b) {
  return `${(a / b).toFixed(1)} ×`;
}

function table(title, raced) {
  const own = raced.find((queue) => queue.kind === 'ours').rate;
  console.log(`\n${title}`);
  console.log('                          cycles/s   ours is   a commit survives a power cut');
  for (const queue of raced) {
    const ratio = queue.kind === 'ours' ? '' : times(own, queue.rate);
    console.log(
      `  ${queue.name.padEnd(20)} ${String(Math.round(queue.rate)).padStart(11)} ${ratio.padStart(9)}   ${queue.durable}`,
    );
  }
}

/** Ours against the best of some. */
function verdict(raced, kinds, goal, what) {
  const own = raced.find((queue) => queue.kind === 'ours').rate;
  const best = raced.filter(kinds).sort((a, b) => b.rate - a.rate)[0];
  const reached = own / best.rate >= goal ? 'reached' : 'missed';
  console.log(`  ${what}: ${times(own, best.rate)} ${best.name} (goal ${goal} ×, ${reached})`);
}

console.log('Installing the other queues and building (some minutes, once)');
const queues = [...ours(), ...effectum(outside), ...plainjob(outside), ...huey(outside)];
const shim = process.platform === 'linux' ? slowDisk(outside) : undefined;
const peer = (queue) => queue.kind !== 'ours' && queue.kind !== 'floor';
const syncs = (queue) => peer(queue) && queue.durable !== 'no';
const stepwise = (queue) => queue.kind === 'stepwise' && queue.durable === 'yes';
const load = () => loadavg()[0].toFixed(1);

console.log(`\n${CALLERS} callers, 200 bytes, median of ${TURNS} turns of ${SECONDS} s; load ${load()} before`);
const asIs = race(queues);
table('the disk as it is', asIs);
verdict(asIs, syncs, 6, 'the fastest that syncs what it commits');
verdict(asIs, peer, 6, 'the fastest of all, synced or not');

if (shim) {
  const slow = race(queues, shim);
  table('syncs that take 2 ms more', slow);
  verdict(slow, (queue) => queue.kind === 'batching', 4, 'the best that batches');
  verdict(slow, stepwise, 30, 'the best that commits step by step, durably');
}
console.log(`\n  load ${load()} after`);
