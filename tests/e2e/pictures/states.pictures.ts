/** Each screen while it is read, when reading fails, with the link lost, the vault locked, the computer offline. */
import type { Page, Route } from '@playwright/test';
import type { Overview, Status } from '../../../ui/src/api/generated';
import { expect, test } from '../support/desk';
import { type Morning, morning } from '../support/places';
import { settled, shoot, small, usual } from './shoot';

test.use({ cutOff: true });

const CALLS = '**/api/call/**';

interface State {
  name: string;
  path: string;
  /** The call that is held or fails; all of them unless told. */
  call?: string;
}

function statesOf(desk: Morning): State[] {
  return [
    { name: 'overview', path: '/' },
    { name: 'messages', path: '/messages' },
    { name: 'messages-detail', path: `/messages?message=${desk.delivered}`, call: 'message' },
    { name: 'message', path: `/messages/${desk.failed}` },
    { name: 'triage', path: '/triage' },
    { name: 'triage-detail', path: `/triage?message=${desk.failed}`, call: 'message' },
    { name: 'compose', path: '/compose' },
    { name: 'batch', path: `/compose?mode=many&batch=${desk.batch}`, call: 'batch' },
    { name: 'lines', path: '/lines' },
    { name: 'line', path: `/lines/${desk.lines.twilio}` },
    { name: 'connect', path: '/connect' },
    { name: 'settings', path: '/settings' },
    { name: 'receipts', path: '/settings/receipts' },
  ];
}

/** Holds or fails what a state is about; everything else goes through. */
async function meddle(page: Page, { call }: State, how: (route: Route) => Promise<void>): Promise<void> {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.route(CALLS, (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1);
    return call === undefined || call === name ? how(route) : route.continue();
  });
}

test('being read: grey rows, each named', async ({ page, open, owner }) => {
  const desk = await morning(owner);
  await open('/');
  await settled(page);
  for (const state of statesOf(desk)) {
    // Never answered: whatever waits is let go when the page leaves.
    await meddle(page, state, () => new Promise(() => undefined));
    await page.goto(new URL(state.path, owner.gateway).href);
    // Grey rows come after 300 ms, so that what is quick never flashes.
    await page.locator('#root [role=status] > [aria-hidden=true]').first().waitFor({ state: 'attached' });
    await shoot(page, `${state.name}-loading`, [usual, small]);
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('not to be read: a sentence and a way on', async ({ page, open, owner }) => {
  const desk = await morning(owner);
  await open('/');
  await settled(page);
  for (const state of statesOf(desk)) {
    await meddle(page, state, (route) => route.abort());
    await page.goto(new URL(state.path, owner.gateway).href);
    await expect(page.locator('#root').getByRole('alert').first()).toBeVisible();
    await settled(page);
    await shoot(page, `${state.name}-error`, [usual, small]);
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('above everything: a locked vault, no network, no core', async ({ page, open, owner }) => {
  await morning(owner);
  let part: Partial<Status> = {
    vault: {
      mode: 'locked',
      say: 'The vault is locked: credentials cannot be opened, so nothing is sent.',
    },
  };
  await page.route('**/api/call/status', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as Status), ...part } });
  });
  // As the core tells it of a locked home; one that is locked cannot be started without a window.
  await page.route('**/api/call/overview', async (route) => {
    const answer = await route.fetch();
    const told = (await answer.json()) as Overview;
    const verdict = {
      ...told.verdict,
      signal: 'danger' as const,
      say: 'The vault is locked, so no line can sign in. 3 messages are waiting.',
    };
    await route.fulfill({
      response: answer,
      json: part.vault === undefined ? told : { ...told, verdict, needs_you: told.needs_you.slice(0, 1) },
    });
  });
  for (const path of ['/', '/messages', '/settings']) {
    await open(path);
    await expect(page.getByText(/so no line can sign in and nothing is sent/)).toBeVisible();
    await settled(page);
    await shoot(page, `${path === '/' ? 'overview' : path.slice(1)}-locked`, [usual, small]);
  }
  part = { offline: true };
  await open('/');
  await expect(page.getByText('This computer is offline.')).toBeVisible();
  await settled(page);
  await shoot(page, 'overview-offline');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await open('/');
  await settled(page);
  await owner.stop();
  await expect(page.getByRole('alert')).toContainText('Connection to Signalbox lost.');
  await shoot(page, 'overview-lost', [usual, small]);
});
