import type { Page, WebSocketRoute } from '@playwright/test';
import { becomes, expect, test, text } from '../support/desk';
import { Owner } from '../support/owner';
import { people } from '../support/people';

// The browser reports every request that found nobody.
test.use({ cutOff: true });

/** The wire between a page and its core, with a pair of scissors. */
async function wire(page: Page) {
  let isCut = false;
  const feeds = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/api\/live/, (feed) => {
    if (isCut) return void feed.close();
    feed.connectToServer();
    feeds.add(feed);
  });
  await page.route('**/api/call/**', (route) => (isCut ? route.abort() : route.continue()));
  return {
    async cut() {
      isCut = true;
      for (const feed of feeds) await feed.close();
      feeds.clear();
    },
    mend() {
      isCut = false;
    },
  };
}

test('a lost connection is said, old facts stay, and it mends by itself', async ({ page, open, owner }) => {
  const link = await wire(page);
  await open('/messages');
  await expect(page.getByText('No messages yet.')).toBeVisible();
  await link.cut();
  const banner = page.getByRole('alert').filter({ hasText: 'Connection to Signalbox lost.' });
  await expect(banner).toBeVisible();
  await expect(banner).toContainText('Everything here is as of');
  await text(owner, { to: people.grace, name: 'Grace Lindholm' });
  await banner.getByRole('button', { name: 'Try now' }).click();
  await expect(banner, 'trying does not make it so').toBeVisible();
  link.mend();
  await expect(banner).toBeHidden();
  await expect(
    page.getByRole('row').filter({ hasText: 'Grace Lindholm' }),
    'what happened meanwhile is read again',
  ).toBeVisible();
});

test('the overview does not call clear what nobody can look at any more', async ({ page, open }) => {
  const link = await wire(page);
  await open('/');
  const verdict = page.getByText('All lines clear. Nothing is waiting.');
  await expect(verdict).toBeVisible();
  await link.cut();
  await expect(page.getByText(/^Cannot check lines\. Last known/)).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Line board' }), 'the last facts stay').toBeVisible();
  link.mend();
  await expect(page.getByText(/^Cannot check lines/)).toHaveCount(0);
  await expect(verdict).toBeVisible();
});

test('when Signalbox stops the board says so, and a new start shows everything again', async ({
  page,
  open,
  owner,
}) => {
  const { id } = await text(owner, { to: people.grace, name: 'Grace Lindholm' });
  await becomes(owner, id, 'delivered');
  await open('/messages');
  const row = page.getByRole('row').filter({ hasText: 'Grace Lindholm' });
  await expect(row).toContainText('Delivered');
  await owner.stop();
  await expect(page.getByRole('alert')).toContainText('Connection to Signalbox lost.');
  await expect(row, 'what was known stays readable').toBeVisible();

  const again = await Owner.start({ practice: false, home: owner.home, port: owner.port });
  try {
    await expect(page.getByRole('alert'), 'the old key is worth nothing to the new core').toContainText(
      'Open the newest address that Signalbox printed',
    );
    await page.goto(again.address('/messages'));
    await expect(row).toContainText('Delivered');
    await expect(page.getByRole('alert')).toHaveCount(0);
    const next = await text(again, { to: people.ada, name: 'Ada Byron' });
    await becomes(again, next.id, 'delivered');
    await expect(page.getByRole('row').filter({ hasText: 'Ada Byron' })).toContainText('Delivered');
  } finally {
    await again.stop();
  }
});

test('a screen that was never open still opens when Signalbox has stopped', async ({ page, open, owner }) => {
  const fetched = page.waitForResponse(/\/assets\/Lines-[^/]+\.js$/);
  await open('/');
  await expect(page.getByRole('grid', { name: 'Line board' })).toBeVisible();
  await fetched;
  await owner.stop();
  await expect(page.getByRole('alert')).toContainText('Connection to Signalbox lost.');
  await page.getByRole('link', { name: 'Lines', exact: true }).click();
  await expect(page.getByRole('grid', { name: 'Lines' })).toContainText('Practice text messages');
});

test('an address without a key shows nothing and says how to get in', async ({ page, owner }) => {
  await page.goto(owner.gateway);
  await expect(page.getByRole('alert').first()).toContainText('This page has no valid key.');
  await expect(page.getByRole('main')).toContainText('Open the address that Signalbox printed');
  await expect(page.getByRole('main')).not.toContainText('Practice');
});
