/** What every test starts from: a real core with practice lines, and a browser on its board. */
import { test as base, expect, type Page } from '@playwright/test';
import type { Message, MessageState } from '../../../ui/src/api/generated';
import { Owner } from './owner';

export { expect } from '@playwright/test';

/** What a file or a test may wish for with `test.use`. */
export interface Wishes {
  /** False: a home as on a new computer. */
  practice: boolean;
  /** True where the test itself cuts the page off, and the browser says so in its console. */
  cutOff: boolean;
}

export interface Desk extends Wishes {
  owner: Owner;
  /** Opens the board at a path, signed in. */
  open: (path?: string) => Promise<void>;
}

interface Room {
  /** Cores of finished tests end while the next test already runs. */
  leaving: Promise<void>[];
}

export const test = base.extend<Desk, Room>({
  practice: [true, { option: true }],
  cutOff: [false, { option: true }],
  leaving: [
    async ({}, use) => {
      const leaving: Promise<void>[] = [];
      await use(leaving);
      await Promise.all(leaving);
    },
    { scope: 'worker' },
  ],
  owner: async ({ practice, leaving }, use) => {
    const owner = await Owner.start({ practice });
    await use(owner);
    const left = owner.remove();
    // Whoever waits for it hears of a failure; until then it must not end the worker.
    left.catch(() => undefined);
    leaving.push(left);
  },
  page: async ({ page, cutOff }, use) => {
    const noise = listen(page);
    await use(page);
    if (!cutOff) expect(noise, 'the browser has nothing to complain about').toEqual([]);
  },
  open: async ({ page, owner }, use) => {
    let signedIn = false;
    await use(async (path = '/') => {
      await page.goto(signedIn ? new URL(path, owner.gateway).href : owner.address(path));
      signedIn = true;
      await expect(page.getByRole('main')).toBeVisible();
    });
  },
});

/** Errors of scripts, broken policies and missing files. A command that is refused is an answer, not an error. */
function listen(page: Page): string[] {
  const noise: string[] = [];
  page.on('pageerror', (error) => noise.push(`page: ${error.message}`));
  page.on('console', (message) => {
    const refused = message.location().url.includes('/api/call/') && /status of 4\d\d/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !refused) {
      noise.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  return noise;
}

/** Waits until the core itself says so. */
export async function becomes(owner: Owner, id: string, ...states: MessageState[]): Promise<void> {
  await expect
    .poll(async () => states.includes((await owner.call('message', { id })).state), {
      message: `message ${id} becomes ${states.join(' or ')}`,
      intervals: [100, 200, 300],
      timeout: 20_000,
    })
    .toBe(true);
}

/** The id of a practice line. */
export async function line(owner: Owner, provider: 'twilio' | 'resend' | 'smtp'): Promise<string> {
  const { items } = await owner.call('connections', {});
  const found = items.find((one) => one.provider === provider);
  if (found === undefined) throw new Error(`There is no ${provider} line`);
  return found.id;
}

export interface Text {
  to: string;
  body?: string;
  name?: string;
}

/** Sends a text message through the core. */
export async function text(owner: Owner, { to, body = 'See you tomorrow.', name }: Text): Promise<Message> {
  return owner.call('send', { channel: 'sms', to, body, ...(name === undefined ? {} : { name }) });
}

export interface Mail extends Text {
  subject?: string;
  by: 'resend' | 'smtp';
}

/** Sends a mail by one of the two practice lines. */
export async function mail(owner: Owner, letter: Mail): Promise<Message> {
  const { to, body = 'See you tomorrow.', name, subject = 'Your visit', by } = letter;
  const connection = await line(owner, by);
  return owner.call('send', {
    channel: 'email',
    to,
    subject,
    body,
    connection,
    ...(name === undefined ? {} : { name }),
  });
}
