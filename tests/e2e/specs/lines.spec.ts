import { becomes, expect, line, mail, test, text } from '../support/desk';
import { mailboxes, people } from '../support/people';

test('a paused line holds its messages, and they leave when it is resumed', async ({ page, open, owner }) => {
  const id = await line(owner, 'twilio');
  await open(`/lines/${id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Pause' }).click();
  await expect(page.getByRole('heading', { level: 2, name: /paused/i })).toBeVisible();

  const sent = await text(owner, { to: people.grace, name: 'Grace Lindholm' });
  await becomes(owner, sent.id, 'held');
  await expect(page.getByRole('main'), 'the line says what waits for it').toContainText('1 message is held.');
  await open('/messages');
  const row = page.getByRole('row').filter({ hasText: 'Grace Lindholm' });
  await expect(row).toContainText('Waiting');
  await expect(row).toContainText('line paused');

  await open('/');
  await page.getByRole('button', { name: 'Resume: Twilio, Practice text messages' }).click();
  await becomes(owner, sent.id, 'delivered');
  await open('/messages');
  await expect(row).toContainText('Delivered');
});

test('a switched-off line is shown as off and takes nothing', async ({ page, open, owner }) => {
  const id = await line(owner, 'smtp');
  await owner.call('disable', { id });
  await open('/');
  const board = page.getByRole('grid', { name: 'Line board' });
  const row = board.getByRole('row').filter({ hasText: 'Practice mail server' });
  await expect(row).toContainText('Off');
  await row.getByRole('button', { name: /^Turn on/ }).click();
  await expect(row).toContainText('Clear');
  expect((await owner.call('connection', { id })).state).toBe('active');
});

test('a test message goes out by exactly this line', async ({ page, open, owner }) => {
  const id = await line(owner, 'smtp');
  await open(`/lines/${id}`);
  await page.getByRole('button', { name: 'Send a test…' }).click();
  const dialog = page.getByRole('dialog', { name: /Send a test by .*Practice mail server/ });
  await expect(dialog).toContainText('nobody is contacted');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await dialog.getByLabel('Recipient').fill('nobody at all');
  await dialog.getByRole('button', { name: 'Send test' }).click();
  await expect(dialog.getByLabel('Recipient'), 'the reason stands at the field').toHaveAttribute(
    'aria-invalid',
    'true',
  );
  await dialog.getByLabel('Recipient').fill(mailboxes.delivered);
  await page.keyboard.press('Control+Enter');
  await expect(dialog).toBeHidden();
  const [message] = (await owner.call('messages', {})).items;
  expect(message).toMatchObject({ connection: id, to: mailboxes.delivered });
  await expect(page.getByRole('main'), 'and stands among its calls').toContainText(/taken/i);
});

test('a line is checked when asked, and says when it last answered', async ({ page, open, owner }) => {
  const id = await line(owner, 'resend');
  const before = (await owner.call('connection', { id })).checks.length;
  await open(`/lines/${id}`);
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect
    .poll(async () => (await owner.call('connection', { id })).checks.length)
    .toBeGreaterThan(before);
  await expect(page.getByRole('main')).toContainText(/answered/);
});

test('a removed line keeps what waited for it as failed, and nothing is lost', async ({
  page,
  open,
  owner,
}) => {
  const id = await line(owner, 'smtp');
  await owner.call('pause', { id });
  const sent = await mail(owner, { to: mailboxes.delivered, name: 'Noor Petrossian', by: 'smtp' });
  await becomes(owner, sent.id, 'held');
  await open(`/lines/${id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Remove / });
  await expect(dialog).toContainText('1 message waits for it');
  await dialog.getByRole('radio', { name: /Keep 1 as failed/ }).click();
  await dialog.getByRole('button', { name: 'Remove line' }).click();
  await expect(page).toHaveURL(/\/lines$/);
  await expect(page.getByRole('main')).not.toContainText('Practice mail server');
  await becomes(owner, sent.id, 'needs_attention');
  await open('/triage');
  await expect(page.getByRole('row').filter({ hasText: 'Noor Petrossian' })).toBeVisible();
});
