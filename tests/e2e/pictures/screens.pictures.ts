/** Every screen as it is found: on a new computer, with all lines clear, and after a morning. */
import { expect, test } from '../support/desk';
import { morning, places } from '../support/places';
import { all, open as furnish, settled, shoot, small, tall, usual } from './shoot';

test.describe('on a new computer', () => {
  test.use({ practice: false });

  test('first run, and the screens that have nothing to show yet', async ({ page, open }) => {
    await open('/');
    await expect(page.getByRole('link', { name: 'Connect your first line' })).toBeVisible();
    await settled(page);
    await shoot(page, 'first-run', all);
    for (const [name, path] of [
      ['messages-empty', '/messages'],
      ['triage-empty', '/triage'],
      ['compose-empty', '/compose'],
      ['compose-csv-empty', '/compose?mode=many'],
      ['lines-empty', '/lines'],
      ['receipts-empty', '/settings/receipts'],
      ['settings-empty', '/settings'],
      ['not-found', '/nowhere'],
    ] as const) {
      await open(path);
      await settled(page);
      await shoot(page, name);
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('grace');
    await expect(page.getByText('Nothing found for “grace”.')).toBeVisible();
    await shoot(page, 'palette-empty');
  });
});

test('all lines clear, and nothing has happened yet', async ({ page, open, owner }) => {
  await furnish(owner);
  const { items } = await owner.call('connections', {});
  await open('/');
  await expect(page.getByRole('grid', { name: 'Line board' })).toBeVisible();
  await settled(page);
  await shoot(page, 'overview-clear', [usual, small]);
  await open('/compose?mode=many');
  await settled(page);
  await shoot(page, 'batches-empty');
  await open(`/lines/${items[0]?.id ?? ''}`);
  await settled(page);
  await shoot(page, 'line-empty');
});

test('every screen after a morning', async ({ page, open, owner }) => {
  const desk = await morning(owner);
  for (const place of places(desk)) {
    await open(place.path);
    await settled(page);
    const long = place.name === 'settings' || place.name === 'line';
    await shoot(page, place.name, [...all, ...(long ? [tall] : [])]);
  }
});
