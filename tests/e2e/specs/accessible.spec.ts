import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/desk';
import { morning, places, QUIET } from '../support/places';

const sizes = [
  { width: 1280, height: 800 },
  { width: 1024, height: 640 },
] as const;

function inPopup(page: Page, where: string): Promise<boolean> {
  return page
    .locator(where)
    .first()
    .evaluate((node) => node.closest('[role=menu], [role=listbox]') !== null);
}

/** Another theme is other colours and nothing else: in the dark only they are looked at again. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // The guards around an open popup catch the focus and pass it on; they hold nothing.
  const axe = new AxeBuilder({ page })
    // What is well need not be listed: that list is most of the work.
    .options({ resultTypes: ['violations'] })
    // Without frames there is nothing to put together in a page of its own.
    .setLegacyMode()
    .exclude('[data-base-ui-focus-guard]');
  const { violations: found } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  const out: string[] = [];
  for (const { id, help, nodes } of found) {
    for (const { target } of nodes) {
      const where = target.join(' ');
      // A menu belongs to its button and stands in no landmark.
      if (id === 'region' && (await inPopup(page, where))) continue;
      out.push(`${id}: ${help}: ${where}`);
    }
  }
  return out;
}

/** What stands beside the main pane's edge and cannot be scrolled to. */
async function lost(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const out: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) out.push(`the page is ${scrollWidth} wide, of ${clientWidth}`);
    const controls = document.querySelectorAll<HTMLElement>(
      'main button, main a[href], main input, header button',
    );
    for (const control of controls) {
      const box = control.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1 || control.closest('.vh')) continue;
      let scrolls = false;
      for (let up = control.parentElement; up !== null; up = up.parentElement) {
        const style = getComputedStyle(up);
        if (/auto|scroll/.test(style.overflowX) && up.scrollWidth > up.clientWidth) scrolls = true;
      }
      if (!scrolls && (box.left < -1 || box.right > clientWidth + 1)) {
        out.push(`${control.tagName} “${(control.textContent || control.getAttribute('aria-label')) ?? ''}”`);
      }
    }
    return out;
  });
}

/** In the light everything, in the dark the colours. */
function lookWith(page: Page) {
  return async (name: string) => {
    expect.soft(await violations(page), name).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect.soft(await violations(page, ['color-contrast']), `${name}, dark`).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
  };
}

for (const half of [0, 1]) {
  test(`axe has nothing to say about any screen, light or dark, large or small (${half + 1} of 2)`, async ({
    page,
    open,
    owner,
  }) => {
    test.setTimeout(180_000);
    const desk = await morning(owner);
    for (const place of places(desk).filter((_, index) => index % 2 === half)) {
      await open(place.path);
      await expect(page.locator(QUIET)).toHaveCount(0);
      for (const size of sizes) {
        const where = `${place.name}, ${size.width} × ${size.height}`;
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme: 'light' });
        expect.soft(await violations(page), where).toEqual([]);
        expect.soft(await lost(page), `${where}: everything can be reached`).toEqual([]);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect.soft(await violations(page, ['color-contrast']), `${where}, dark`).toEqual([]);
      }
    }
  });
}

test('axe has nothing to say about dialogs, menus, the palette and the key help', async ({
  page,
  open,
  owner,
}) => {
  test.setTimeout(90_000);
  const desk = await morning(owner);
  const look = lookWith(page);
  await open('/triage');
  await page.getByRole('checkbox', { name: 'Select all rows shown' }).click();
  await look('bulk bar');
  await page.getByRole('button', { name: /^Retry \d+…/ }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: /^Send \d+$/ })).toBeEnabled();
  await look('rehearsal');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^State/ }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await look('filter menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('practice');
  await look('palette');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'help' }).click();
  await look('key help');
  await page.keyboard.press('Escape');
  await open(`/lines/${desk.lines.smtp}?act=remove`);
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('remove a line');
  await open(`/lines/${desk.lines.twilio}?act=reconnect`);
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('reconnect a line');
});

test('axe has nothing to say about what opens while writing, on a line and in the settings', async ({
  page,
  open,
  owner,
}) => {
  test.setTimeout(90_000);
  const desk = await morning(owner);
  const look = lookWith(page);
  const dialog = page.getByRole('dialog');
  await open('/compose?channel=email');
  await page.getByRole('combobox', { name: 'Line' }).click();
  await expect(page.getByRole('option').first()).toBeVisible();
  await look('choice of a line');
  await page.getByRole('option', { name: /^Several, one after the other/ }).click();
  await look('lines in an order');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByLabel('Recipient')).toHaveAttribute('aria-invalid', 'true');
  await look('a message that cannot be sent yet');
  await open('/compose?mode=many');
  await page.getByLabel('CSV file', { exact: true }).setInputFiles({
    name: 'two.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('Name,Phone\nAda Byron,+1 555 555 0101\nTomas Rivera,12 34\n'),
  });
  await page.getByLabel('Text', { exact: true }).fill('Hello {name}');
  await page.getByRole('button', { name: 'Send 1…' }).click();
  await expect(dialog).toBeVisible();
  await look('rehearsal of a file');
  await open(`/triage?message=${desk.unknown}`);
  await page.getByRole('button', { name: 'It was sent…' }).click();
  await expect(dialog).toBeVisible();
  await look('deciding an unknown outcome');
  await open(`/lines/${desk.lines.resend}`);
  await page.getByRole('button', { name: 'Change…' }).click();
  await expect(dialog).toBeVisible();
  await look('settings of a line');
  await open('/settings');
  await page.getByRole('button', { name: 'Revoke the token for booking site' }).click();
  await expect(page.getByRole('alertdialog').or(dialog)).toBeVisible();
  await look('revoking a token');
  await open('/nowhere');
  await look('not found');
});

test.describe('on a new computer', () => {
  test.use({ practice: false });

  test('axe has nothing to say about screens with nothing on them', async ({ page, open }) => {
    test.setTimeout(90_000);
    const look = lookWith(page);
    for (const path of ['/', '/messages', '/triage', '/compose', '/lines', '/settings/receipts']) {
      await open(path);
      await expect(page.locator(QUIET)).toHaveCount(0);
      await look(`${path}, empty`);
    }
  });
});

test('at 200 % zoom nothing is lost', async ({ page, open, owner }) => {
  test.setTimeout(90_000);
  const desk = await morning(owner);
  // What a window of 1280 × 800 leaves when every letter is twice as large.
  await page.setViewportSize({ width: 640, height: 400 });
  for (const place of places(desk)) {
    await open(place.path);
    await expect(page.locator(QUIET)).toHaveCount(0);
    expect.soft(await lost(page), place.name).toEqual([]);
  }
  await open('/triage');
  await page.getByRole('grid', { name: 'Failed messages' }).getByRole('row').nth(1).click();
  const drawer = page.getByRole('complementary', { name: /^Message to/ });
  await expect(drawer.getByRole('heading').first()).toBeInViewport();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});

test('nothing moves for people who do not want it, and colours can be the system’s own', async ({
  page,
  open,
  owner,
}) => {
  await morning(owner);
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await open('/');
  await expect(page.getByRole('grid', { name: 'Line board' })).toContainText('Clear');
  const moving = await page.evaluate(
    () => document.getAnimations().filter((a) => a.playState === 'running').length,
  );
  expect(moving).toBe(0);
});
