/** How a picture is taken: sizes, themes, names, and what a page has to have done before. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect } from '../support/desk';
import type { Owner } from '../support/owner';
import { QUIET } from '../support/places';

const folder =
  process.env.SIGNALBOX_SCREENSHOTS ?? fileURLToPath(new URL('../../../target/screenshots', import.meta.url));
mkdirSync(folder, { recursive: true });

export interface Size {
  width: number;
  height: number;
}

export const usual: Size = { width: 1280, height: 800 };
export const small: Size = { width: 1024, height: 640 };
export const huge: Size = { width: 2560, height: 1440 };
/** What one has to scroll to. */
export const tall: Size = { width: 1280, height: 2400 };
export const all = [usual, small, huge];

const themes = ['light', 'dark'] as const;

/** One state in both themes, at each size: `triage-dark-1280.png`, `settings-light-whole.png`. */
export async function shoot(page: Page, name: string, sizes: readonly Size[] = [usual]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    const where = size === tall ? 'whole' : String(size.width);
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await page.screenshot({ path: join(folder, `${name}-${theme}-${where}.png`), animations: 'disabled' });
    }
  }
  await page.setViewportSize(usual);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** A picture of the README, under the name that it has there. */
export async function forReadme(page: Page, name: 'overview-light' | 'triage-dark'): Promise<void> {
  await page.setViewportSize(usual);
  await page.emulateMedia({ colorScheme: name.endsWith('dark') ? 'dark' : 'light' });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Nothing is being read any more, and the letters are there. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator(QUIET)).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

/** The business of the pictures. */
export async function open(owner: Owner): Promise<void> {
  await owner.call('settings_set', { business_name: 'Alder Street Dental', zone: 'America/Los_Angeles' });
}

export const names = [
  'Tomas Rivera',
  'June Albright',
  'Samir Haddad',
  'Noor Petrossian',
  'Beth Okonkwo',
  'Luis Carmona',
  'Grace Lindholm',
  'Yuki Tanabe',
  'Dale Brandt',
  'Anneke Vos',
  'Ida Sorensen',
  'Walter Nkemelu',
] as const;
