import { becomes, expect, line, test, text } from '../support/desk';
import { people } from '../support/people';

test('settings are kept over a reload and hold at once', async ({ page, open, owner }) => {
  await open('/settings');
  const name = page.getByLabel('Name of the business', { exact: true });
  await name.fill('Alder Street Dental');
  await name.press('Enter');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Main' })).toContainText('Alder Street Dental');

  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('switch', { name: /Single-letter keys/ }).click();
  await expect
    .poll(() => owner.call('settings', {}))
    .toMatchObject({ business_name: 'Alder Street Dental', theme: 'dark', single_key_shortcuts: false });

  await page.reload();
  await expect(name).toHaveValue('Alder Street Dental');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('switch', { name: /Single-letter keys/ })).not.toBeChecked();
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('n');
  await expect(page, 'letters do nothing any more').toHaveURL(/\/settings/);
});

test('the time zone of the business rules every time on screen', async ({ page, open, owner }) => {
  await open('/settings');
  await page.getByRole('combobox', { name: 'Time zone' }).click();
  await page.getByRole('combobox', { name: 'Time zone' }).fill('Los_Angeles');
  await page.getByRole('option', { name: /Los.Angeles/ }).click();
  await expect.poll(async () => (await owner.call('settings', {})).zone).toBe('America/Los_Angeles');
  await expect(page.getByRole('contentinfo')).toContainText(/All times P[SD]T/);
});

test('a public address must be one, and is refused beside its field', async ({ page, open, owner }) => {
  await open('/settings#public-url');
  const url = page.getByLabel('Public address', { exact: true });
  await url.fill('http://example.com');
  await url.press('Enter');
  await expect(url).toHaveAttribute('aria-invalid', 'true');
  await url.fill('https://hooks.example.com');
  await url.press('Enter');
  await expect
    .poll(async () => (await owner.call('settings', {})).public_url)
    .toBe('https://hooks.example.com');
});

test('sending hours hold messages until they begin', async ({ page, open, owner }) => {
  await open('/settings#hours');
  // The day after tomorrow, whatever today is: never now.
  const now = new Date();
  const never = ((now.getUTCDay() + 1) % 7) + 1;
  await page.getByRole('switch', { name: 'Only send at certain hours' }).click();
  const days = page.getByRole('group', { name: 'Days' }).getByRole('checkbox');
  for (const [index, day] of (await days.all()).entries()) {
    if ((await day.isChecked()) !== (index + 1 === never)) await day.click();
  }
  await page.getByRole('region', { name: 'Sending hours' }).getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await owner.call('settings', {})).allowed_hours?.days).toEqual([never]);
  const { id } = await text(owner, { to: people.grace, name: 'Grace Lindholm' });
  await becomes(owner, id, 'held');
  await open('/messages');
  await expect(page.getByRole('row').filter({ hasText: 'Grace Lindholm' })).toContainText('quiet hours');
});

test('a token is shown once, works for other programs, and can be revoked', async ({ page, open, owner }) => {
  await open('/settings#tokens');
  const tokens = page.getByRole('region', { name: 'API tokens' });
  await tokens.getByLabel('What it is for').fill('booking site');
  await tokens.getByRole('button', { name: 'Create token' }).click();
  await expect(tokens).toContainText('This is shown once.');
  const secret = (await tokens.locator('code').first().textContent()) ?? '';
  expect(secret.length).toBeGreaterThan(20);

  const send = () =>
    fetch(`${owner.gateway}/api/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ channel: 'sms', to: people.grace, body: 'From the booking site' }),
    });
  expect((await send()).status, 'accepted for another program').toBe(202);
  await page.reload();
  await expect(tokens).toContainText('booking site');
  expect(await page.content(), 'it is gone for good').not.toContain(secret);

  await tokens.getByRole('button', { name: 'Revoke the token for booking site' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(tokens).toContainText('No program has a token.');
  expect((await send()).status, 'and worth nothing from then on').toBe(401);
});

test('an address that asked not to be written to is on the list and can come off it', async ({
  page,
  open,
  owner,
}) => {
  await open('/settings#addresses');
  const part = page.getByRole('region', { name: 'Not written to' });
  const form = part.getByRole('form', { name: 'Add an address' });
  await form.getByLabel('Address', { exact: true }).fill(people.mary);
  await form.getByLabel('Why').fill('told us on the phone');
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(part).toContainText('+1 555 555 0102');
  const sending = () => owner.call('send', { channel: 'sms', to: people.mary, body: 'Hello' });
  await expect(sending()).rejects.toThrow(/opted_out/);
  await part.getByRole('button', { name: 'Remove +1 555 555 0102' }).click();
  const dialog = page.getByRole('dialog', { name: /^Write to/ });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Write again' }).click();
  await expect(part).toContainText('Nobody has asked not to be written to.');
  await becomes(owner, (await sending()).id, 'delivered');
});

test('a receipt that fits no message yet is kept and shown, not dropped', async ({ page, open, owner }) => {
  const twilio = await line(owner, 'twilio');
  await open('/settings/receipts');
  await page.getByRole('radio', { name: 'All' }).click();
  await expect(page.getByText('No provider has reported anything yet.')).toBeVisible();
  const answer = await fetch(`${owner.gateway}/api/webhooks/twilio/${twilio}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      AccountSid: `AC${'0'.repeat(31)}1`,
      MessageSid: `SM${'0'.repeat(31)}9`,
      MessageStatus: 'delivered',
      To: '+15555550100',
      From: '+15550100100',
    }),
  });
  expect(answer.status, 'stored, and answered as Twilio likes it').toBe(200);
  const row = page.getByRole('grid', { name: 'Receipts' }).getByRole('row').filter({ hasText: 'SM000' });
  await expect(row).toContainText('Not processed yet');

  const { id } = await text(owner, { to: people.grace });
  await becomes(owner, id, 'delivered');
  const processed = page.getByRole('row', { name: /Processed/ }).filter({ hasText: 'delivered' });
  await expect(processed).toBeVisible();
  await processed.getByRole('link', { name: 'Open message' }).click();
  await expect(page).toHaveURL(new RegExp(`/messages/${id}$`));
});

test('a backup says where it is', async ({ page, open }) => {
  await open('/settings#backup');
  const part = page.getByRole('region', { name: 'Backup' });
  await part.getByRole('button', { name: 'Back up now' }).click();
  await expect(part).toContainText(/Copied .* in /);
});
