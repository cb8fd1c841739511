/** Work under way: selecting and rehearsing, writing, a file, a line that was signed out, and its dialogs. */
import { becomes, expect, line, mail, test, text } from '../support/desk';
import { mailboxes } from '../support/people';
import { all, forReadme, open as furnish, names, settled, shoot, small, usual } from './shoot';

test('many failures: selection, rehearsal, palette, key help', async ({ page, open, owner }) => {
  await furnish(owner);
  const sent = [];
  for (const name of names) sent.push(await mail(owner, { to: mailboxes.spam, name, by: 'smtp' }));
  sent.push(await mail(owner, { to: mailboxes.bounced, name: 'Peg Hollis', by: 'smtp' }));
  sent.push(await mail(owner, { to: mailboxes.bounced, name: 'Carl Weems', by: 'smtp' }));
  for (const { id } of sent) await becomes(owner, id, 'needs_attention');
  const lost = await mail(owner, { to: mailboxes.lost, name: 'Ada Byron', by: 'smtp' });
  await becomes(owner, lost.id, 'unknown');

  await open(`/triage?message=${sent[3]?.id ?? ''}`);
  await page.getByRole('checkbox', { name: /^Select all 12/ }).click();
  await expect(page.getByRole('toolbar', { name: 'Selected messages' })).toContainText('12 selected');
  await settled(page);
  await shoot(page, 'triage-selected', all);
  await forReadme(page, 'triage-dark');
  await page.getByRole('button', { name: 'Retry 12…' }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Send 12' })).toBeEnabled();
  await settled(page);
  await shoot(page, 'triage-rehearsal', all);
  await page.keyboard.press('Escape');
  await open('/');
  await settled(page);
  await shoot(page, 'overview-trouble', all);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('grace');
  await expect(page.getByRole('option').first()).toBeVisible();
  await shoot(page, 'palette', [usual, small]);
  await page.keyboard.press('Escape');
  await open('/triage');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await shoot(page, 'keys', [usual, small]);
});

test('writing to one person: checked, refused, in an order of lines, accepted', async ({
  page,
  open,
  owner,
}) => {
  await furnish(owner);
  await open('/compose');
  await page.getByLabel('Recipient').fill('+1 555 555 0100');
  await page.getByLabel(/^Name/).fill('Grace Lindholm');
  await page
    .getByLabel('Text', { exact: true })
    .fill('Hello {name}, a reminder of your visit tomorrow at 10:15. Reply STOP to opt out.');
  const panel = page.getByRole('complementary', { name: 'Check before sending' });
  await expect(panel).toContainText('1 segment');
  await settled(page);
  await shoot(page, 'compose-one', all);

  await page.getByLabel('Recipient').fill('12 34');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByLabel('Recipient')).toHaveAttribute('aria-invalid', 'true');
  await settled(page);
  await shoot(page, 'compose-refused');

  await page.getByLabel('Recipient').fill(mailboxes.delivered);
  await page.getByRole('radio', { name: 'Email' }).click();
  await page.getByLabel('Subject').fill('Your visit tomorrow');
  await page.getByRole('combobox', { name: 'Line' }).click();
  await page.getByRole('option', { name: /^Several, one after the other/ }).click();
  await expect(page.getByRole('list', { name: 'Lines in the order they are tried' })).toBeVisible();
  await expect(panel).toContainText('Practice email');
  await settled(page);
  await shoot(page, 'compose-order', [usual, small]);

  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Open message' })).toBeVisible();
  await settled(page);
  await shoot(page, 'compose-accepted', [usual, small]);
});

test('writing to many: a file, its rehearsal, its progress', async ({ page, open, owner }) => {
  await furnish(owner);
  await open('/compose?mode=many');
  const rows = Array.from({ length: 24 }, (_, i) =>
    i % 8 === 3 ? `Person ${i + 1},12 34,Monday` : `Person ${i + 1},+1 ${201 + i} 555 0100,Monday`,
  );
  await page.getByLabel('CSV file', { exact: true }).setInputFiles({
    name: 'recalls.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['Name,Phone,Day', ...rows].join('\n')),
  });
  await page
    .getByLabel('Text', { exact: true })
    .fill('Hello {name}, time for your check-up. Does {Day} suit you?');
  await expect(page.getByRole('complementary', { name: 'Check before sending' })).toContainText('21 of 24');
  await settled(page);
  await shoot(page, 'compose-file', all);
  await page.getByRole('button', { name: 'Send 21…' }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Send 21' })).toBeEnabled();
  await shoot(page, 'compose-file-rehearsal', [usual, small]);
  await page.getByRole('dialog').getByRole('button', { name: 'Send 21' }).click();
  await expect(page.getByRole('progressbar')).toHaveAttribute('value', /^[2-9]$/);
  await shoot(page, 'batch-running', [usual, small]);
});

test('a line that was signed out, and its dialogs', async ({ page, open, owner }) => {
  await furnish(owner);
  const twilio = await line(owner, 'twilio');
  for (const name of names.slice(0, 7)) {
    const { id } = await mail(owner, { to: mailboxes.delivered, name, by: 'resend' });
    await becomes(owner, id, 'delivered');
  }
  // "The credential is refused once": the line waits for a new one, and so does what follows.
  const first = await text(owner, { to: '+1 555 555 0174', name: 'June Albright' });
  await becomes(owner, first.id, 'held', 'delivered');
  await text(owner, { to: '+1 555 555 0101', name: 'Ada Byron' });
  await open('/');
  await settled(page);
  await shoot(page, 'overview-danger', all);
  await forReadme(page, 'overview-light');
  for (const act of ['', '?act=reconnect', '?act=remove'] as const) {
    await open(`/lines/${twilio}${act}`);
    await settled(page);
    await shoot(page, `line-danger${act.replace('?act=', '-')}`, act === '' ? all : [usual, small]);
  }
  await open('/lines');
  await settled(page);
  await shoot(page, 'lines-danger', [usual, small]);
  await open('/connect?provider=twilio');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('A line needs a name.')).toBeVisible();
  await shoot(page, 'connect-refused', [usual, small]);
});

test('with twelve hours twice a day, the day’s hours do not touch', async ({ browser, owner }) => {
  await furnish(owner);
  await text(owner, { to: '+1 555 555 0100', name: 'Grace Lindholm' });
  const page = await browser.newPage({ locale: 'en-US', viewport: usual, reducedMotion: 'reduce' });
  await page.goto(owner.address('/'));
  await expect(page.getByRole('grid', { name: 'Line board' })).toBeVisible();
  await settled(page);
  await shoot(page, 'overview-en-us', [usual, small]);
  await page.close();
});
