/**
 * A real core: `signalbox-cli serve` in a home of its own, started and stopped as a person would. Knows how to
 * call it and how to run the terminal program beside it; knows no browser.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ArgsOf, CommandName, ResultOf } from '../../../ui/src/api/generated';

/** `signalbox-cli`; the sandbox lies beside it. */
export const program =
  process.env.SIGNALBOX_CLI ?? fileURLToPath(new URL('../../../target/debug/signalbox-cli', import.meta.url));
const START_MS = 20_000;
/** Attempts in flight may take 10 s to finish. */
const STOP_MS = 20_000;

export interface Start {
  /** With the three practice lines, or empty as on a new computer. */
  practice: boolean;
  /** A home that is there already. */
  home?: string;
  /** The port of an owner before this one. */
  port?: number;
}

/** What an answer with an error looks like, everywhere. */
export interface Refusal {
  code: string;
  message: string;
  remedy: string;
  field?: string;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly refusal: Refusal,
  ) {
    super(`${status} ${refusal.code}: ${refusal.message} (${refusal.remedy})`);
  }
}

interface Serving {
  url: string;
  gateway: string;
  port: number;
}

export class Owner {
  private stopping: Promise<void> | null = null;

  private constructor(
    readonly home: string,
    private readonly child: ChildProcess,
    private readonly serving: Serving,
    private readonly said: () => string,
  ) {}

  static async start(start: Start): Promise<Owner> {
    const home = start.home ?? (await mkdtemp(join(tmpdir(), 'signalbox-e2e-')));
    const words = [
      '--home',
      home,
      '--vault',
      'session',
      '--json',
      'serve',
      '--port',
      String(start.port ?? 0),
    ];
    if (start.practice) words.push('--practice');
    // A page built elsewhere, while the one in ui/dist is being worked on.
    const board = process.env.SIGNALBOX_BOARD_DIR;
    if (board !== undefined) words.push('--board', board);
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const forget = () => child.kill('SIGKILL');
    process.once('exit', forget);
    child.once('exit', () => process.off('exit', forget));
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const serving = await firstLine(child, program, () => said);
    return new Owner(home, child, JSON.parse(serving) as Serving, () => said);
  }

  /** The address to open first: it carries the token. */
  address(path = '/'): string {
    const url = new URL(path, this.serving.gateway);
    url.searchParams.set('token', this.token);
    return url.href;
  }

  /** Where everything else of the board is. */
  get gateway(): string {
    return this.serving.gateway;
  }

  get port(): number {
    return this.serving.port;
  }

  get token(): string {
    return new URL(this.serving.url).searchParams.get('token') ?? '';
  }

  /** One command of the table, as the page calls it. */
  async call<N extends CommandName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>> {
    const response = await fetch(`${this.gateway}/api/call/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}` },
      body: JSON.stringify(args),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Refused(response.status, (body as { error: Refusal }).error);
    return body as ResultOf<N>;
  }

  /** The terminal program on the same home; its one JSON value. */
  async cli<T>(...words: string[]): Promise<T> {
    const run = promisify(execFile);
    const { stdout } = await run(program, ['--home', this.home, '--json', ...words]);
    return JSON.parse(stdout) as T;
  }

  /** Ends it as Ctrl-C would, and fails if it does not end well. The home stays. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    if (child.exitCode !== 0 || /panicked at/.test(this.said())) {
      throw new Error(
        `signalbox-cli ended with ${child.exitCode ?? child.signalCode} and said:\n${this.said()}`,
      );
    }
  }

  /** Stops it and removes its home. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}

/** What a program prints once it is ready. */
export function firstLine(child: ChildProcess, program: string, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`${program} ${why}\n${said()}`));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`did not answer within ${START_MS / 1000} s`);
    }, START_MS);
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('exit', (code) => fail(`ended with ${code}`));
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      // Its end and its errors are told to nobody from here on: a promise is kept once.
      resolve(text.slice(0, end));
    });
  });
}
