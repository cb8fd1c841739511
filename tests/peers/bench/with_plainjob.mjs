// plainjob, step by step on one connection: add, take, mark as done. Its calls are synchronous, so that callers only
// ever stand in line: one loop is the best it can do. Arguments: the folder it is installed in, a folder, seconds, and
// `full` for a commit that survives a power cut (it ships with less). Says its jobs a second.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , installed, folder, seconds, durability] = process.argv;
const require = createRequire(join(installed, 'package.json'));
const Database = require('better-sqlite3');
const entry = join(installed, 'node_modules/plainjob/dist/plainjob.js');
const { better, defineQueue } = await import(pathToFileURL(entry));

const database = new Database(join(folder, 'plainjob.db'));
const quiet = { error() {}, warn() {}, info() {}, debug() {} };
const queue = defineQueue({ connection: better(database), logger: quiet, serializer: (text) => text });
if (durability === 'full') database.pragma('synchronous = FULL');

const payload = 'x'.repeat(200);
const started = process.hrtime.bigint();
const time = BigInt(seconds) * 1_000_000_000n;
let done = 0;
while (process.hrtime.bigint() - started < time) {
  queue.add('work', payload);
  const job = queue.getAndMarkJobAsProcessing('work');
  queue.markJobAsDone(job.id);
  done += 1;
}
console.log(Math.round((done * 1e9) / Number(process.hrtime.bigint() - started)));
process.exit(0);
