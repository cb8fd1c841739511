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
  urls: { twilio: string; resend: string; smtp: string; control: string };
}

export interface Providers {
  urls: Ready['urls'];
  /** The account's key is revoked, until it is taken back. */
  revoke: (provider: 'twilio' | 'resend' | 'smtp') => Promise<void>;
  takeBack: () => Promise<void>;
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
  const faults = async (method: 'POST' | 'DELETE', fault?: unknown) => {
    const answer = await fetch(`${urls.control}/_sandbox/faults`, {
      method,
      ...(fault === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) }),
    });
    if (!answer.ok) throw new Error(`the provider took no order: ${answer.status} ${await answer.text()}`);
  };
  return {
    urls,
    revoke: (provider) => faults('POST', { provider, kind: 'auth_401' }),
    takeBack: () => faults('DELETE'),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
