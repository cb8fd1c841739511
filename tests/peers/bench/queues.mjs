// The queues that are compared: how each is installed outside the workspace, and the command that measures it once.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../../..');
export const CALLERS = 64;
export const SECONDS = 2;

/** Runs a command to its end; what it writes goes to standard error, for whoever watches. */
function run(program, words, options = {}) {
  execFileSync(program, words, { stdio: ['ignore', 2, 2], ...options });
}

/** Our own store and the bare writer: one bench, one number for each. */
export function ours() {
  const words = ['bench', '--package', 'signalbox-store', '--bench', 'cycle', '--no-run'];
  const said = execFileSync('cargo', [...words, '--message-format', 'json'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 2],
  });
  const built = said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .findLast((message) => message.executable && message.target?.name === 'cycle');
  const command = (part) => () => [built.executable, '--bench', part];
  return [
    { name: 'signalbox', kind: 'ours', durable: 'yes', command: command('ours') },
    { name: 'bare group commit', kind: 'floor', durable: 'yes', command: command('bare') },
  ];
}

export function effectum(outside) {
  const folder = join(outside, 'effectum');
  mkdirSync(join(folder, 'src'), { recursive: true });
  // A package of its own: its SQLite and ours cannot be linked into one program.
  const manifest = `[package]
name = "peer-effectum"
version = "0.0.0"
edition = "2021"

[dependencies]
effectum = "=0.7.0"
tokio = { version = "1", features = ["full"] }

[workspace]
`;
  writeFileSync(join(folder, 'Cargo.toml'), manifest);
  cpSync(join(HERE, 'effectum/main.rs'), join(folder, 'src/main.rs'));
  const target = join(folder, 'target');
  run('cargo', ['build', '--release', '--quiet'], { cwd: folder, env: { ...process.env, CARGO_TARGET_DIR: target } });
  const program = join(target, 'release/peer-effectum');
  return [
    {
      name: 'effectum 0.7.0',
      kind: 'batching',
      // A rollback journal with synchronous=NORMAL: it asks for WAL by a name that SQLite does not know.
      durable: 'nearly',
      command: (at) => [program, at, String(SECONDS), String(CALLERS)],
    },
  ];
}

export function plainjob(outside) {
  const folder = join(outside, 'plainjob');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'node_modules/plainjob'))) {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--no-audit', '--no-fund', 'plainjob@0.0.14', 'better-sqlite3@12'], { cwd: folder });
  }
  const words = (at) => [process.execPath, join(HERE, 'with_plainjob.mjs'), folder, at, String(SECONDS)];
  return [
    { name: 'plainjob 0.0.14', kind: 'stepwise', durable: 'no', command: words },
    { name: 'plainjob, FULL', kind: 'stepwise', durable: 'yes', command: (at) => [...words(at), 'full'] },
  ];
}

export function huey(outside) {
  const venv = join(outside, 'huey/venv');
  const python = join(venv, 'bin/python');
  if (!existsSync(python)) run('python3', ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'huey==3.5.4']);
  const command = (at) => [python, join(HERE, 'with_huey.py'), at, String(SECONDS)];
  return [{ name: 'huey 3.5.4', kind: 'stepwise', durable: 'yes', command }];
}

/** Compiles the disk whose syncs take longer. */
export function slowDisk(outside) {
  const shim = join(outside, 'slow.so');
  run('cc', ['-O2', '-shared', '-fPIC', '-o', shim, join(HERE, 'slow.c'), '-ldl']);
  return shim;
}
