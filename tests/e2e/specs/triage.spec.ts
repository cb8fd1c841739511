import { becomes, expect, mail, test, text } from '../support/desk';
import { mailboxes, people } from '../support/people';

const REMEDY = 'Enable the country under Messaging, Settings, Geo permissions';

test('a failure stands in triage with its cause and its remedy', async ({ page, open, owner }) => {
  await open('/triage');
  await expect(page.getByText('Nothing has failed, and every outcome is known.')).toBeVisible();
  const { id } = await text(owner, { to: people.abroad, name: 'Ida Sorensen' });
  const row = page.getByRole('grid', { name: 'Failed messages' }).getByRole('row').filter({ hasText: 'Ida' });
  await expect(row).toContainText('21408');
  const causes = page.getByRole('grid', { name: 'Causes' });
  await expect(causes).toContainText('Messages to this country are not switched on');

  await row.click();
  const drawer = page.getByRole('complementary', { name: 'Message to Ida Sorensen' });
  await expect(drawer).toContainText(REMEDY);
  await expect(drawer.getByRole('button', { name: 'Retry' })).toBeVisible();
  await expect(page, 'the address names what is open').toHaveURL(new RegExp(`message=${id}`));
});

test('many are retried after a rehearsal that starts on Cancel', async ({ page, open, owner }) => {
  const sent = await Promise.all([
    text(owner, { to: '+1 555 555 0153', name: 'Ida Sorensen' }),
    text(owner, { to: '+1 212 555 0153', name: 'Peg Hollis' }),
  ]);
  for (const { id } of sent) await becomes(owner, id, 'needs_attention');
  await open('/triage');
  const causes = page.getByRole('grid', { name: 'Causes' });
  await causes.getByRole('checkbox', { name: /^Select all 2/ }).click();
  const bar = page.getByRole('toolbar', { name: 'Selected messages' });
  await expect(bar).toContainText('2 selected');
  await bar.getByRole('button', { name: 'Retry 2…' }).click();

  const dialog = page.getByRole('dialog', { name: 'Retry 2 messages' });
  await expect(dialog).toContainText('A rehearsal. Nothing has been sent yet.');
  await expect(dialog).toContainText('2 of 2');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  for (const { id } of sent) {
    expect((await owner.call('message', { id })).attempts, 'a rehearsal sends nothing').toBe(1);
  }
  await expect(dialog.getByRole('button', { name: 'Send 2' })).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(dialog).toBeHidden();
  for (const { id } of sent) {
    await expect
      .poll(async () => (await owner.call('message', { id })).attempts, { timeout: 15_000 })
      .toBe(2);
  }
});

test('a rehearsal left by Esc sends nothing', async ({ page, open, owner }) => {
  const sent = await Promise.all([
    mail(owner, { to: mailboxes.spam, by: 'smtp' }),
    mail(owner, { to: mailboxes.spam, body: 'Another', by: 'smtp' }),
  ]);
  for (const { id } of sent) await becomes(owner, id, 'needs_attention');
  await open('/triage');
  await page.getByRole('checkbox', { name: /^Select all 2/ }).click();
  await page.getByRole('button', { name: 'Retry 2…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Send 2' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('toolbar', { name: 'Selected messages' }), 'the selection stays').toBeVisible();
  for (const { id } of sent) expect((await owner.call('message', { id })).attempts).toBe(1);
});

test('a dismissed failure leaves the list, and undo brings it back', async ({ page, open, owner }) => {
  const { id } = await mail(owner, { to: mailboxes.bounced, name: 'Peg Hollis', by: 'smtp' });
  await open('/triage');
  const row = page.getByRole('row').filter({ hasText: 'Peg Hollis' });
  await row.click();
  await page
    .getByRole('complementary', { name: /Peg Hollis/ })
    .getByRole('button', { name: 'Dismiss' })
    .click();
  await becomes(owner, id, 'dismissed');
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await becomes(owner, id, 'needs_attention');
  await expect(row).toBeVisible();
});

test('the overview counts what failed and leads to its cause', async ({ page, open, owner }) => {
  const { id } = await mail(owner, { to: mailboxes.bounced, by: 'smtp' });
  await becomes(owner, id, 'needs_attention');
  await open('/');
  await expect(page.getByRole('main')).toContainText('1 message failed');
  await page.getByRole('link', { name: /^Review 1/ }).click();
  await expect(page).toHaveURL(/\/triage\?.*cause=/);
  await expect(page.getByRole('grid', { name: 'Failed messages' }).getByRole('row')).toHaveCount(2);
});
