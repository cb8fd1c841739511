import type { List, Message } from '../../../ui/src/api/generated';
import { becomes, expect, mail, test, text } from '../support/desk';
import { mailboxes, people } from '../support/people';

test('filters stand in the address and are there again after a reload', async ({ page, open, owner }) => {
  const good = await text(owner, { to: people.grace, name: 'Grace Lindholm' });
  const bad = await mail(owner, { to: mailboxes.bounced, name: 'Peg Hollis', by: 'smtp' });
  await becomes(owner, good.id, 'delivered');
  await becomes(owner, bad.id, 'needs_attention');
  await open('/messages');
  const grid = page.getByRole('grid', { name: 'Messages' });
  await expect(grid.getByRole('row')).toHaveCount(3);

  await page.getByRole('button', { name: /^State/ }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Failed' }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/[?&]state=needs_attention(&|$)/);
  await expect(grid.getByRole('row')).toHaveCount(2);
  await expect(grid).toContainText('Peg Hollis');
  await expect(grid).not.toContainText('Grace Lindholm');

  await page.reload();
  await expect(grid.getByRole('row')).toHaveCount(2);
  await expect(grid).toContainText('Peg Hollis');
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await expect(page).toHaveURL(/\/messages$/);
  await expect(grid.getByRole('row')).toHaveCount(3);
});

test('search finds a recipient, words of the text, and words of the failure', async ({
  page,
  open,
  owner,
}) => {
  const sent = [
    await mail(owner, {
      to: mailboxes.bounced,
      name: 'Peg Hollis',
      body: 'Your spectacles are ready.',
      by: 'smtp',
    }),
    await mail(owner, { to: mailboxes.delivered, name: 'Noor Petrossian', body: 'An invoice.', by: 'smtp' }),
  ];
  for (const { id } of sent) await becomes(owner, id, 'accepted', 'needs_attention');
  await open('/messages');
  const grid = page.getByRole('grid', { name: 'Messages' });
  const search = page.getByRole('searchbox', { name: 'Search messages' });
  for (const [words, found] of [
    ['bounced@practice', 'Peg Hollis'],
    ['petross', 'Noor Petrossian'],
    ['spectacles', 'Peg Hollis'],
    ['invoice', 'Noor Petrossian'],
    ['nobody has this address', 'Peg Hollis'],
  ] as const) {
    await search.fill(words);
    await expect(grid.getByRole('row'), `“${words}” finds one message`).toHaveCount(2);
    await expect(grid).toContainText(found);
  }
  await search.fill('nothing like this');
  await expect(page.getByText('No message fits these filters.')).toBeVisible();
  await expect(page).toHaveURL(/q=nothing/);
});

test('one message tells its whole story', async ({ page, open, owner }) => {
  const { id } = await text(owner, { to: people.grace, name: 'Grace Lindholm', body: 'See you at ten.' });
  await becomes(owner, id, 'delivered');
  await open(`/messages/${id}`);
  const main = page.getByRole('main');
  await expect(main).toContainText('See you at ten.');
  const steps = main.getByRole('list').filter({ hasText: 'Queued' }).getByRole('listitem');
  await expect(steps.first()).toContainText('Queued');
  await expect(main, 'what was written down before it left').toContainText('Try 1: handed to');
  await expect(main).toContainText('Receipt: delivered');
});

test('the terminal tells the same story as the board', async ({ page, open, owner }) => {
  const good = await text(owner, { to: people.grace, name: 'Grace Lindholm' });
  const bad = await mail(owner, { to: mailboxes.bounced, name: 'Peg Hollis', by: 'smtp' });
  await becomes(owner, good.id, 'delivered');
  await becomes(owner, bad.id, 'needs_attention');
  const told = await owner.cli<List<Message>>('messages');
  const shown = new Map([
    ['delivered', 'Delivered'],
    ['needs_attention', 'Failed'],
  ]);
  await open('/messages');
  const rows = page.getByRole('grid', { name: 'Messages' }).getByRole('row');
  await expect(rows).toHaveCount(told.items.length + 1);
  for (const [index, message] of told.items.entries()) {
    const row = rows.nth(index + 1);
    await expect(row, 'in the same order').toContainText(message.name ?? '');
    await expect(row).toContainText(shown.get(message.state) ?? '');
  }

  await owner.cli('dismiss', bad.id);
  await expect(
    rows.filter({ hasText: 'Peg Hollis' }),
    'what the terminal does is seen at once',
  ).toContainText('Dismissed');
});
