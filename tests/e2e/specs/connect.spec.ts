import { becomes, test as desk, expect } from '../support/desk';
import { mailboxes, people } from '../support/people';
import { account, type Providers, startProviders } from '../support/provider';

const test = desk.extend<{ providers: Providers }>({
  providers: async ({}, use) => {
    const providers = await startProviders();
    await use(providers);
    await providers.stop();
  },
});

test('what is wrong with an account stands beside its field', async ({ page, open, owner }) => {
  await open('/connect');
  await page.getByRole('link', { name: /Twilio/ }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('A line needs a name.')).toBeVisible();
  await expect(page.getByText('Account SID is missing.')).toBeVisible();
  await expect(page.getByText('Auth token is missing.')).toBeVisible();

  await page.getByLabel('Name', { exact: true }).fill('Reminders');
  const sid = page.getByLabel('Account SID', { exact: true });
  await sid.fill('AC123');
  const token = page.getByLabel('Auth token', { exact: true });
  await token.fill('not-the-token');
  await expect(sid).toHaveAttribute('aria-invalid', 'true');
  await expect(sid).toHaveAccessibleDescription(/It should look like AC0+1/);
  await sid.fill(account.sid);
  const from = page.getByLabel('From optional', { exact: true });
  await from.fill('12');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(token, 'what only the core can tell stands there too').toHaveAttribute('aria-invalid', 'true');
  await token.fill(account.token);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(from).toHaveAttribute('aria-invalid', 'true');
  await expect(from).toHaveAccessibleDescription(/country code/);
  expect((await owner.call('connections', {})).items, 'nothing was kept').toHaveLength(3);
});

test('a port that cannot be is refused at the port', async ({ page, open, owner }) => {
  await open('/connect?provider=smtp');
  await page.getByLabel('Name', { exact: true }).fill('Front desk');
  await page.getByLabel('Host', { exact: true }).fill('127.0.0.1');
  await page.getByLabel('From', { exact: true }).fill('Front desk <desk@example.com>');
  const port = page.getByLabel('Port optional', { exact: true });
  await port.fill('99999');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(port).toHaveAttribute('aria-invalid', 'true');
  await expect(port).toHaveAccessibleDescription(/65535|port/i);
  expect((await owner.call('connections', {})).items).toHaveLength(3);
});

test('a mail server is tested, saved, and sends', async ({ page, open, owner, providers }) => {
  const [host, port] = providers.urls.smtp.split(':');
  await open('/connect?provider=smtp');
  await page.getByLabel('Name', { exact: true }).fill('Front desk');
  await page.getByRole('radio', { name: /Custom/ }).click();
  await page.getByLabel('Host', { exact: true }).fill(host ?? '');
  await page.getByLabel('Port optional', { exact: true }).fill('1');
  await page.getByLabel('From', { exact: true }).fill('Front desk <desk@practice.example>');
  await page.getByLabel(/^Encryption/).click();
  await page.getByRole('option', { name: 'None' }).click();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const aside = page.getByRole('complementary', { name: 'Test and save' });
  await expect(aside).toContainText('It does not work yet.');
  await expect(aside.getByRole('button', { name: 'Save without a test' })).toBeVisible();

  await page.getByLabel('Port optional', { exact: true }).fill(port ?? '');
  await expect(aside).toContainText('The values have changed since this test.');
  await page.getByRole('button', { name: 'Test again' }).click();
  await expect(aside).toContainText('It works.');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: /Front desk/ })).toBeVisible();

  const made = (await owner.call('connections', {})).items.find((one) => one.name === 'Front desk');
  expect(made).toMatchObject({ environment: 'custom', provider: 'smtp', signal: 'clear' });
  const sent = await owner.call('send', {
    channel: 'email',
    to: mailboxes.delivered,
    subject: 'Hello',
    body: 'Hello',
    connection: made?.id ?? '',
  });
  await becomes(owner, sent.id, 'accepted', 'sent');
});

test('a key that stops working stops the line; a new key lets what was held go', async ({
  page,
  open,
  owner,
  providers,
}) => {
  await open('/connect?provider=twilio');
  await page.getByLabel('Name', { exact: true }).fill('Reminders');
  await page.getByRole('radio', { name: /Custom/ }).click();
  await page.getByLabel('Account SID', { exact: true }).fill(account.sid);
  const token = page.getByLabel('Auth token', { exact: true });
  await token.fill('f'.repeat(32));
  await page.getByLabel('From optional', { exact: true }).fill('+1 555 010 0142');
  await page.getByLabel('Address of the API optional', { exact: true }).fill(providers.urls.twilio);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const aside = page.getByRole('complementary', { name: 'Test and save' });
  await expect(aside, 'it is tried before it is kept').toContainText('Nothing was kept.');
  await token.fill(account.token);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: /Reminders/ })).toBeVisible();

  const made = (await owner.call('connections', {})).items.find((one) => one.name === 'Reminders');
  await providers.revoke('twilio');
  const sent = await owner.call('send', {
    channel: 'sms',
    to: people.grace,
    body: 'See you tomorrow.',
    connection: made?.id ?? '',
  });
  await becomes(owner, sent.id, 'held');
  await open('/');
  const card = page.getByRole('article').filter({ hasText: 'Reminders' });
  await expect(card, 'which, why and what it costs').toContainText(/sign|token/i);
  await expect(card).toContainText('waiting');
  await card
    .getByRole('link', { name: /^Reconnect/ })
    .or(card.getByRole('button', { name: /^Reconnect/ }))
    .click();
  const dialog = page.getByRole('dialog', { name: /^Reconnect .*Reminders/ });
  await expect(dialog).toContainText('1 held message leaves in order afterwards.');
  await providers.takeBack();
  await dialog.getByLabel('Auth token').fill(account.token);
  await dialog.getByRole('button', { name: 'Reconnect', exact: true }).click();
  await expect(dialog).toBeHidden();
  await becomes(owner, sent.id, 'delivered');
  await open('/');
  await expect(page.getByRole('article').filter({ hasText: 'Reminders' })).toHaveCount(0);
  await expect(
    page.getByRole('grid', { name: 'Line board' }).getByRole('row').filter({ hasText: 'Reminders' }),
  ).toContainText('Clear');
});

test('practice lines can be started from the catalogue', async ({ page, open }) => {
  await open('/connect');
  await expect(page.getByRole('main')).toContainText('3 practice lines on the board.');
  await page.getByRole('link', { name: 'Show lines' }).click();
  await expect(page).toHaveURL(/\/lines$/);
});
