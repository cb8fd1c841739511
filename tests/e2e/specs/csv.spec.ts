import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/desk';
import { people } from '../support/people';

/** A file as an office program writes it. */
async function bring(page: Page, name: string, rows: readonly (readonly string[])[]): Promise<void> {
  const text = rows.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\r\n');
  await page
    .getByLabel('CSV file', { exact: true })
    .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text, 'utf8') });
}

function number(index: number): string {
  return `+1 ${200 + index} 555 0100`;
}

function sheetRow(page: Page, row: number): Locator {
  return page.getByRole('region', { name: 'Rows of the file' }).getByRole('row').nth(row);
}

test('bad rows are listed with their reasons, and only the good ones leave', async ({
  page,
  open,
  owner,
}) => {
  await owner.call('suppress', { channel: 'sms', address: people.mary, why: 'asked by phone' });
  await open('/compose?mode=many');
  await bring(page, 'recalls.csv', [
    ['Name', 'Phone', 'Day'],
    ['Grace Lindholm', people.grace, 'Monday'],
    ['Tomas Rivera', '12 34', 'Monday'],
    ['Ada Byron', people.ada, 'Tuesday'],
    ['Nobody', '', 'Tuesday'],
    ['Mary Somerville', people.mary, 'Friday'],
    ['Grace Lindholm', people.grace, 'Monday'],
  ]);
  await page.getByLabel('Text', { exact: true }).fill('Hello {name}, see you on {Day}.');
  const check = page.getByRole('complementary', { name: 'Check before sending' });
  await expect(check).toContainText('2 of 6');
  await expect(check).toContainText('4 rows are left out: 2 to fix, 1 opted out, 1 repetition.');
  await expect(check, 'the fields are filled in from the columns').toContainText(
    'Hello Grace Lindholm, see you on Monday.',
  );
  await expect(sheetRow(page, 1)).toContainText('Ready');
  for (const [row, why] of [
    [2, /digits|number/i],
    [4, /missing|empty/i],
    [5, /opted out|not to be written/i],
    [6, /same person and text as an earlier row/],
  ] as const) {
    await expect(sheetRow(page, row)).toContainText(why);
    await expect(sheetRow(page, row)).not.toContainText('Ready');
  }

  await check.getByRole('button', { name: 'Send 2…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send 2 messages?' });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expect(dialog.getByLabel('Name of the batch')).toHaveValue('recalls');
  await page.keyboard.press('Control+Enter');

  await expect(page.getByRole('heading', { name: 'recalls' })).toBeVisible();
  const progress = page.getByRole('progressbar', { name: 'How much of the batch has left' });
  await expect(progress).toHaveAttribute('value', '2');
  await expect(page.getByRole('main')).toContainText('2 of 2 have left');
  await expect(page.getByRole('main')).toContainText('Done');
  const left = page.getByRole('table', { name: 'Left out' });
  await expect(left.getByRole('row')).toHaveCount(5);
  await expect(left).toContainText('12 34');
  const { items } = await owner.call('messages', {});
  expect(items.map((m) => m.to).sort()).toEqual(['+15555550100', '+15555550101']);
});

test('a batch under way shows its progress, and what has not left can be taken back', async ({
  page,
  open,
  owner,
}) => {
  await open('/compose?mode=many');
  const rows = Array.from({ length: 60 }, (_, i) => [`Person ${i + 1}`, number(i)]);
  await bring(page, 'everyone.csv', [['Name', 'Mobile'], ...rows]);
  await page.getByLabel('Text', { exact: true }).fill('We are closed on Friday, {name}.');
  await page.getByRole('button', { name: 'Send 60…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send 60' }).click();

  const progress = page.getByRole('progressbar', { name: 'How much of the batch has left' });
  await expect(progress, 'it moves by itself').toHaveAttribute('value', /^[3-9]$/);
  await page.getByRole('button', { name: /^Take back \d+…/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Keep sending' })).toBeFocused();
  await dialog.getByRole('button', { name: /^Take back \d+/ }).click();
  await expect(page.getByRole('main')).toContainText('Taken back');
  const { items } = await owner.call('batches', {});
  const [batch] = items;
  expect(batch?.cancelled, 'most had not left yet').toBeGreaterThan(40);
  await expect.poll(async () => (await owner.call('batches', {})).items[0]?.waiting).toBe(0);
});

test('a file that is no list of people is refused in words', async ({ page, open }) => {
  await open('/compose?mode=many');
  await bring(page, 'empty.csv', [['Name', 'Phone']]);
  await expect(page.getByText('There are no rows below the header.')).toBeVisible();
  await bring(page, 'notes.csv', [
    ['Colour', 'Size'],
    ['red', 'L'],
  ]);
  await expect(page.getByText('Say which column is the recipient.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send…' })).toBeDisabled();
});
