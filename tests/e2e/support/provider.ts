/** Simulated providers in a process of their own: accounts that the core knows nothing about beforehand. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { firstLine, program } from './owner';

/** The accounts that the sandbox program opens by itself. */
export const account = {
  sid: `AC${'0'.repeat(31)}1`,
  token: '0123456789abcdef0123456789abcdef',
} as const;

interface Ready {
  urls: { twilio: string; resend: string; smtp: string };
}

export interface Providers {
  urls: Ready['urls'];
  stop: () => Promise<void>;
}

export async function startProviders(): Promise<Providers> {
  const path = join(dirname(program), 'signalbox-sandbox');
  // It ends with its standard input, so with this process too.
  const child = spawn(path, ['--with-parent'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const { urls } = JSON.parse(await firstLine(child, path, () => said)) as Ready;
  return {
    urls,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
