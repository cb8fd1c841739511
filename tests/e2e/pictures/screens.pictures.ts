/**
 * A picture of every screen and state, from a real core, into SIGNALBOX_SCREENSHOTS (by default target/screenshots).
 * Light and dark at 1280 × 800; the screens that change most also small and very large.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { becomes, expect, mail, test, text } from '../support/desk';
import { Owner } from '../support/owner';
import { mailboxes } from '../support/people';
import { morning, places, QUIET } from '../support/places';

const folder =
  process.env.SIGNALBOX_SCREENSHOTS ?? fileURLToPath(new URL('../../../target/screenshots', import.meta.url));
mkdirSync(folder, { recursive: true });

const usual = { width: 1280, height: 800 };
const small = { width: 1024, height: 640 };
const huge = { width: 2560, height: 1440 };
/** What one has to scroll to. */
const tall = { width: 1280, height: 2400 };

/** One state, in both themes; at other sizes too when they are given. */
async function shoot(page: Page, name: string, sizes = [usual]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    const suffix = size === usual ? '' : size === tall ? '-whole' : `-${size.width}`;
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.screenshot({ path: join(folder, `${name}-${theme}${suffix}.png`), animations: 'disabled' });
    }
  }
  await page.setViewportSize(usual);
  await page.emulateMedia({ colorScheme: 'light' });
}

async function settled(page: Page): Promise<void> {
  await expect(page.locator(QUIET)).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

test.describe('on a new computer', () => {
  test.use({ practice: false });

  test('first run, and the screens that have nothing to show yet', async ({ page, open }) => {
    await open('/');
    await expect(page.getByRole('link', { name: 'Connect your first line' })).toBeVisible();
    await settled(page);
    await shoot(page, 'first-run', [usual, small]);
    for (const [name, path] of [
      ['messages-empty', '/messages'],
      ['triage-empty', '/triage'],
      ['compose-empty', '/compose'],
      ['lines-empty', '/lines'],
      ['receipts-empty', '/settings/receipts'],
    ] as const) {
      await open(path);
      await settled(page);
      await shoot(page, name);
    }
  });
});

test('all lines clear', async ({ page, open, owner }) => {
  await owner.call('settings_set', { business_name: 'Alder Street Dental', zone: 'America/Los_Angeles' });
  await open('/');
  await expect(page.getByRole('grid', { name: 'Line board' })).toBeVisible();
  await settled(page);
  await shoot(page, 'overview-clear');
});

test('every screen after a morning', async ({ page, open, owner }) => {
  const desk = await morning(owner);
  for (const place of places(desk)) {
    await open(place.path);
    await settled(page);
    const board = place.name === 'overview' || place.name.startsWith('triage');
    const long = place.name === 'settings' || place.name === 'line';
    await shoot(page, place.name, [usual, small, ...(board ? [huge] : []), ...(long ? [tall] : [])]);
  }
});

test('many failures: selection, rehearsal, palette, key help', async ({ page, open, owner }) => {
  await owner.call('settings_set', { business_name: 'Alder Street Dental', zone: 'America/Los_Angeles' });
  const names = [
    'Tomas Rivera',
    'June Albright',
    'Samir Haddad',
    'Noor Petrossian',
    'Beth Okonkwo',
    'Luis Carmona',
    'Grace Lindholm',
    'Yuki Tanabe',
    'Dale Brandt',
    'Anneke Vos',
    'Ida Sorensen',
    'Walter Nkemelu',
  ];
  const sent = [];
  for (const name of names) sent.push(await mail(owner, { to: mailboxes.spam, name, by: 'smtp' }));
  sent.push(await mail(owner, { to: mailboxes.bounced, name: 'Peg Hollis', by: 'smtp' }));
  sent.push(await mail(owner, { to: mailboxes.bounced, name: 'Carl Weems', by: 'smtp' }));
  for (const { id } of sent) await becomes(owner, id, 'needs_attention');
  const lost = await mail(owner, { to: mailboxes.lost, name: 'Ada Byron', by: 'smtp' });
  await becomes(owner, lost.id, 'unknown');

  await open(`/triage?message=${sent[3]?.id ?? ''}`);
  await page.getByRole('checkbox', { name: /^Select all 12/ }).click();
  await expect(page.getByRole('toolbar', { name: 'Selected messages' })).toContainText('12 selected');
  await settled(page);
  await shoot(page, 'triage-selected', [usual, small, huge]);
  await page.getByRole('button', { name: 'Retry 12…' }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Send 12' })).toBeEnabled();
  await settled(page);
  await shoot(page, 'triage-rehearsal', [usual, small]);
  await page.keyboard.press('Escape');
  await open('/');
  await settled(page);
  await shoot(page, 'overview-trouble', [usual, small, huge]);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('grace');
  await expect(page.getByRole('option').first()).toBeVisible();
  await shoot(page, 'palette');
  await page.keyboard.press('Escape');
  await open('/triage');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await shoot(page, 'keys');
});

test('writing: one person, a file, and its rehearsal', async ({ page, open, owner }) => {
  await owner.call('settings_set', { business_name: 'Alder Street Dental', zone: 'America/Los_Angeles' });
  await open('/compose');
  await page.getByLabel('Recipient').fill('+1 555 555 0100');
  await page.getByLabel(/^Name/).fill('Grace Lindholm');
  await page
    .getByLabel('Text', { exact: true })
    .fill('Hello {name}, a reminder of your visit tomorrow at 10:15. Reply STOP to opt out.');
  await expect(page.getByRole('complementary', { name: 'Check before sending' })).toContainText('1 segment');
  await settled(page);
  await shoot(page, 'compose-one', [usual, small]);

  await page.getByLabel('Recipient').fill('12 34');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByLabel('Recipient')).toHaveAttribute('aria-invalid', 'true');
  await settled(page);
  await shoot(page, 'compose-refused');

  await open('/compose?mode=many');
  const rows = Array.from({ length: 24 }, (_, i) =>
    i % 8 === 3 ? `Person ${i + 1},12 34,Monday` : `Person ${i + 1},+1 ${201 + i} 555 0100,Monday`,
  );
  await page.getByLabel('CSV file', { exact: true }).setInputFiles({
    name: 'recalls.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['Name,Phone,Day', ...rows].join('\n')),
  });
  await page
    .getByLabel('Text', { exact: true })
    .fill('Hello {name}, time for your check-up. Does {Day} suit you?');
  await expect(page.getByRole('complementary', { name: 'Check before sending' })).toContainText('21 of 24');
  await settled(page);
  await shoot(page, 'compose-file', [usual, small]);
  await page.getByRole('button', { name: 'Send 21…' }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Send 21' })).toBeEnabled();
  await shoot(page, 'compose-file-rehearsal');
  await page.getByRole('dialog').getByRole('button', { name: 'Send 21' }).click();
  await expect(page.getByRole('progressbar')).toHaveAttribute('value', /^[2-9]$/);
  await shoot(page, 'batch-running');
});

test('a line that was signed out, and its dialogs', async ({ page, open, owner }) => {
  await owner.call('settings_set', { business_name: 'Alder Street Dental', zone: 'America/Los_Angeles' });
  const { items } = await owner.call('connections', {});
  const twilio = items.find((one) => one.provider === 'twilio');
  // "The credential is refused once": the line waits for a new one, and so does what follows.
  const first = await text(owner, { to: '+1 555 555 0174', name: 'June Albright' });
  await becomes(owner, first.id, 'held', 'delivered');
  await text(owner, { to: '+1 555 555 0101', name: 'Ada Byron' });
  await open('/');
  await settled(page);
  await shoot(page, 'overview-danger', [usual, small, huge]);
  for (const act of ['', '?act=reconnect', '?act=remove'] as const) {
    await open(`/lines/${twilio?.id ?? ''}${act}`);
    await settled(page);
    await shoot(page, `line-danger${act.replace('?act=', '-')}`, act === '' ? [usual, small] : [usual]);
  }
  await open('/connect?provider=twilio');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('A line needs a name.')).toBeVisible();
  await shoot(page, 'connect-refused');
});

test.describe('when reading fails or takes its time', () => {
  test.use({ cutOff: true });

  test('grey rows, a sentence, and the banner', async ({ page, open, owner }) => {
    const paths = ['/', '/messages', '/triage', '/compose', '/lines', '/connect', '/settings'] as const;
    const name = (path: string) => (path === '/' ? 'overview' : path.slice(1));
    await open('/');
    await settled(page);
    const waiting = new Set<() => void>();
    await page.route('**/api/call/**', async (route) => {
      await new Promise<void>((resolve) => waiting.add(resolve));
      await route.abort().catch(() => undefined);
    });
    for (const path of paths) {
      await page.goto(new URL(path, owner.gateway).href);
      await expect(page.locator('main [role=status]').first()).toBeAttached();
      // Grey rows come after 300 ms, so that what is quick never flashes.
      await page.locator('main [role=status] > [aria-hidden=true]').first().waitFor({ state: 'attached' });
      await shoot(page, `${name(path)}-loading`);
      for (const go of waiting) go();
      waiting.clear();
    }
    await page.unroute('**/api/call/**');
    await page.route('**/api/call/**', (route) => route.abort());
    for (const path of paths) {
      await page.goto(new URL(path, owner.gateway).href);
      await expect(page.locator('main').getByRole('alert').first()).toBeVisible();
      await shoot(page, `${name(path)}-error`);
    }
    await page.unroute('**/api/call/**');
    await open('/');
    await settled(page);
    await owner.stop();
    await expect(page.getByRole('alert')).toContainText('Connection to Signalbox lost.');
    await shoot(page, 'overview-lost');
  });
});

const million = process.env.SIGNALBOX_MILLION_HOME;
if (million !== undefined) {
  test('a list of a million messages', async ({ page }) => {
    const owner = await Owner.start({ practice: false, home: million });
    try {
      await page.goto(owner.address('/messages'));
      await expect(page.getByRole('grid', { name: 'Messages' }).getByRole('row').nth(1)).toBeVisible();
      await settled(page);
      await shoot(page, 'messages-million');
      await page.getByRole('searchbox', { name: 'Search messages' }).fill('555 0100');
      await expect(page).toHaveURL(/q=/);
      await settled(page);
      await shoot(page, 'messages-million-search');
    } finally {
      await owner.stop();
    }
  });
}
