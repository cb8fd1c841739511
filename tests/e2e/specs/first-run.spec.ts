import { expect, test } from '../support/desk';

test.describe('on a new computer', () => {
  test.use({ practice: false });

  test('the overview offers practice lines and a first real line', async ({ page, open }) => {
    await open();
    await expect(page.getByRole('button', { name: 'Start with practice lines' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Connect your first line' })).toBeVisible();
    await expect(page.getByRole('grid'), 'there is no board without lines').toHaveCount(0);
  });

  test('"Start with practice lines" gives three clear lines', async ({ page, open, owner }) => {
    await open();
    await page.getByRole('button', { name: 'Start with practice lines' }).click();
    const board = page.getByRole('grid', { name: 'Line board' });
    const rows = board.getByRole('row').filter({ hasText: 'Practice' });
    await expect(rows).toHaveCount(3);
    for (const row of await rows.all()) await expect(row.getByRole('rowheader')).toContainText('Clear');
    const { items } = await owner.call('connections', {});
    expect(items.map((one) => [one.environment, one.signal])).toEqual([
      ['practice', 'clear'],
      ['practice', 'clear'],
      ['practice', 'clear'],
    ]);
  });

  test('"Connect your first line" leads to the providers', async ({ page, open }) => {
    await open();
    await page.getByRole('link', { name: 'Connect your first line' }).click();
    await expect(page).toHaveURL(/\/connect$/);
    for (const provider of ['Twilio', 'Resend', 'SMTP']) {
      await expect(page.getByRole('main')).toContainText(provider);
    }
  });
});
