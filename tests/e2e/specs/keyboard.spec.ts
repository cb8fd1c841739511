import { becomes, expect, mail, test } from '../support/desk';
import { mailboxes } from '../support/people';

test('the screens are reached by letters, and search by Ctrl K', async ({ page, open }) => {
  await open('/');
  for (const [key, path, title] of [
    ['m', '/messages', 'Messages'],
    ['t', '/triage', 'Triage'],
    ['l', '/lines', 'Lines'],
    ['o', '/', 'Overview'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    expect(new URL(page.url()).pathname).toBe(path);
  }
  await page.keyboard.press('n');
  await expect(page.getByRole('heading', { level: 1, name: 'New message' })).toBeVisible();
  await expect(page.getByLabel('Recipient'), 'one can write at once').toBeFocused();
  await page.keyboard.type('gm?');
  await expect(page.getByLabel('Recipient'), 'letters in a field are letters').toHaveValue('gm?');

  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Search everything' });
  await palette.getByRole('combobox').fill('practice email');
  await expect(palette.getByRole('option').first()).toContainText('Practice email');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/lines\/[0-9a-z]{13}$/);
});

test('the help names every key of the screen', async ({ page, open }) => {
  await open('/triage');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  for (const label of ['Move', 'Select', 'Search this view', 'Go to Messages', 'Undo the last dismissal']) {
    await expect(help).toContainText(label);
  }
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
});

test('triage works without a mouse: move, open, close, select, retry, dismiss, undo', async ({
  page,
  open,
  owner,
}) => {
  const sent = [];
  for (const name of ['Ann', 'Ben', 'Cleo']) {
    const message = await mail(owner, { to: mailboxes.spam, name, by: 'smtp' });
    await becomes(owner, message.id, 'needs_attention');
    sent.push(message);
  }
  await open('/triage');
  const grid = page.getByRole('grid', { name: 'Failed messages' });
  const row = (name: string) => grid.getByRole('row', { name: `Select ${name}` });
  await expect(row('Cleo')).toBeVisible();

  await page.keyboard.press('j');
  await expect(row('Cleo'), 'the first j goes into the list').toBeFocused();
  await page.keyboard.press('j');
  await expect(row('Ben')).toBeFocused();
  await page.keyboard.press('k');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('complementary', { name: 'Message to Ben' });
  await expect(drawer).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(row('Ben'), 'the focus comes back to its row').toBeFocused();

  await page.keyboard.press('x');
  await expect(row('Ben')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('j');
  await page.keyboard.press('Shift+X');
  await expect(row('Ann'), 'the range from the last ticked row').toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog', { name: 'Retry 2 messages' });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Send 2' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await page.keyboard.press('e');
  await expect(row('Ben')).toHaveCount(0);
  await expect(row('Ann')).toHaveCount(0);
  await expect(row('Cleo')).toBeVisible();
  await page.keyboard.press('u');
  await expect(row('Ben')).toBeVisible();
  await expect(row('Ann')).toBeVisible();
  expect((await owner.call('messages', { state: ['needs_attention'] })).items).toHaveLength(3);
});

test('the board of lines is one stop of the Tab key, with the arrows inside', async ({ page, open }) => {
  await open('/');
  const board = page.getByRole('grid', { name: 'Line board' });
  await expect(board.getByRole('row')).not.toHaveCount(0);
  await expect(board.locator('[tabindex="0"]')).toHaveCount(1);
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  const focused = board.locator('[role=row]:focus, tr:focus');
  await expect(focused).toContainText('Practice email');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/lines\/[0-9a-z]{13}$/);
});

test('the first Tab leads past the navigation', async ({ page, open }) => {
  await open('/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});
