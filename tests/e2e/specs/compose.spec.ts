import { becomes, expect, line, mail, test } from '../support/desk';
import { mailboxes, people } from '../support/people';

test('a message to a practice number becomes delivered on screen by itself', async ({
  page,
  open,
  owner,
}) => {
  await open('/compose');
  await page.getByLabel('Recipient').fill('(555) 555-0100');
  await page.getByLabel('Name').fill('Grace Lindholm');
  await page.getByLabel('Text', { exact: true }).fill('Hello {name}, see you tomorrow at 10:00.');
  const check = page.getByRole('complementary', { name: 'Check before sending' });
  await expect(check, 'the number is shown as it will be called').toContainText('+1 555 555 0100');
  await expect(check, 'fields are filled in').toContainText('Hello Grace Lindholm, see you tomorrow');
  await expect(check).toContainText('1 segment');
  await expect(check).toContainText('Nothing leaves this computer');
  await check.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('link', { name: 'Open message' }).click();

  await expect(page).toHaveURL(/\/messages\/[0-9a-z]{13}/);
  const loads: string[] = [];
  page.on('load', () => loads.push(page.url()));
  await expect(page.getByRole('main')).toContainText('Next: nothing. It was delivered.');
  expect(loads, 'the page was not loaded again').toEqual([]);

  const { items } = await owner.call('messages', {});
  expect(items.map((m) => [m.to, m.name, m.state])).toEqual([
    ['+15555550100', 'Grace Lindholm', 'delivered'],
  ]);
});

test('a row of the list changes while it is looked at', async ({ page, open, owner }) => {
  await open('/messages');
  await expect(page.getByText('No messages yet.')).toBeVisible();
  const { id } = await owner.call('send', {
    channel: 'sms',
    to: people.ada,
    name: 'Ada Byron',
    body: 'Your table is ready.',
  });
  const row = page.getByRole('row').filter({ hasText: 'Ada Byron' });
  await expect(row).toContainText('Delivered');
  await becomes(owner, id, 'delivered');
});

test('what cannot be sent is said beside its field, and nothing is stored', async ({ page, open, owner }) => {
  await open('/compose');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText('Add a recipient.')).toBeVisible();
  await expect(page.getByText('Write something to send.')).toBeVisible();
  await expect(page.getByLabel('Recipient'), 'the first wrong field has the focus').toBeFocused();

  await page.getByLabel('Recipient').fill('12345');
  await page.getByLabel('Text', { exact: true }).fill('Hello');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const recipient = page.getByLabel('Recipient');
  await expect(recipient).toHaveAttribute('aria-invalid', 'true');
  await expect(recipient).toBeFocused();
  await expect(recipient, 'the reason belongs to the field').toHaveAccessibleDescription(/\S+/);
  expect((await owner.call('messages', {})).items).toEqual([]);
});

test('someone who opted out gets nothing, and later messages say so before they are sent', async ({
  page,
  open,
  owner,
}) => {
  await open('/compose');
  await page.getByLabel('Recipient').fill(people.stopped);
  await page.getByLabel('Text', { exact: true }).fill('Hello');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('link', { name: 'Open message' }).click();
  await expect(page.getByRole('main')).toContainText('Opted out');
  await expect(page.getByRole('main')).toContainText('replied STOP');
  await expect(page.getByRole('button', { name: 'Retry' }), 'there is no way around it').toHaveCount(0);

  await open('/compose');
  await page.getByLabel('Recipient').fill(people.stopped);
  await page.getByLabel('Text', { exact: true }).fill('Once more');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByLabel('Recipient')).toHaveAccessibleDescription(/asked not to be written to/);
  expect((await owner.call('messages', {})).items, 'nothing was accepted this time').toHaveLength(1);
});

test('a message for later waits until its time, and can leave sooner', async ({ page, open, owner }) => {
  await owner.call('settings_set', { zone: 'America/Los_Angeles' });
  await open('/compose');
  await page.getByLabel('Recipient').fill(people.mary);
  await page.getByLabel('Text', { exact: true }).fill('Happy birthday!');
  await page
    .getByRole('button', { name: 'At a time' })
    .or(page.getByRole('radio', { name: 'At a time' }))
    .click();
  await page.getByLabel('Send at').fill('2036-03-16T10:15');
  await page.getByLabel('Useful until').fill('2036-03-16T18:00');
  await page.getByRole('button', { name: 'Schedule' }).click();
  await page.getByRole('link', { name: 'Open message' }).click();
  await expect(page.getByRole('main')).toContainText('10:15');
  const [message] = (await owner.call('messages', {})).items;
  expect(message?.send_at, 'the business is in Los Angeles, whatever this computer says').toBe(
    '2036-03-16T17:15:00.000Z',
  );
  expect(message?.hold?.reason).toBe('scheduled');
  await page.getByRole('button', { name: 'Send now' }).click();
  await expect(page.getByRole('main')).toContainText('Next: nothing. It was delivered.');
});

test('a lost answer is shown as outcome unknown, and a person decides', async ({ page, open, owner }) => {
  const { id } = await mail(owner, { to: mailboxes.lost, name: 'Walter Nkemelu', by: 'smtp' });
  await open('/messages');
  const row = page.getByRole('row').filter({ hasText: 'Walter Nkemelu' });
  await expect(row).toContainText('Outcome unknown');
  await row.click();
  const drawer = page.getByRole('complementary', { name: 'Message to Walter Nkemelu' });
  await expect(drawer.getByRole('heading', { name: 'Was it sent?' })).toBeVisible();
  for (const way of ['It was sent', 'Send again', 'Do not send']) {
    await expect(drawer.getByRole('button', { name: way })).toBeVisible();
  }
  await drawer.getByRole('button', { name: 'Send again' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('gets this message twice');
  await expect(dialog.getByRole('button', { name: 'Cancel' }), 'what sends starts on Cancel').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  expect((await owner.call('message', { id })).attempts, 'Cancel changes nothing').toBe(1);

  await drawer.getByRole('button', { name: 'It was sent' }).click();
  await dialog.getByRole('button', { name: 'It was sent' }).click();
  await becomes(owner, id, 'sent', 'accepted');
  await expect(drawer.getByRole('heading', { name: 'Was it sent?' })).toHaveCount(0);
  await expect(row).not.toContainText('Outcome unknown');
});

test('with several lines in an order, one that is paused is passed over', async ({ page, open, owner }) => {
  const first = await line(owner, 'resend');
  const second = await line(owner, 'smtp');
  await owner.call('pause', { id: first });
  await open('/compose');
  await page.getByLabel('Recipient').fill(mailboxes.delivered);
  await page.getByLabel('Subject').fill('Your visit');
  await page.getByLabel('Text', { exact: true }).fill('Tomorrow at 10:15.');
  await page.getByRole('combobox', { name: 'Line' }).click();
  await page.getByRole('option', { name: /^Several, one after the other/ }).click();
  const order = page.getByRole('list', { name: 'Lines in the order they are tried' });
  await expect(order.getByRole('listitem').first()).toContainText('Off: passed over');
  await expect(page.getByRole('complementary', { name: 'Check before sending' })).toContainText(
    'Practice mail server',
  );
  const send = page.getByRole('button', { name: 'Send', exact: true });
  await send.click();
  await expect(page.getByRole('link', { name: 'Open message' })).toBeVisible();
  const { items } = await owner.call('messages', {});
  expect(items.map((m) => m.connection)).toEqual([second]);
  expect(
    await send.evaluate((button) => {
      const { x, y, width, height } = button.getBoundingClientRect();
      return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }),
    'the confirmation does not lie on the button for the next one',
  ).toBe(true);
});
