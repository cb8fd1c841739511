import { defineConfig } from '@playwright/test';
import type { Wishes } from './support/desk';

/** The machine's own browser; Playwright's is never downloaded. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig<Wishes>({
  outputDir: './results',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 12_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    // Far from every zone a business in these tests has, so that a time in the computer's zone stands out.
    timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
    screenshot: 'only-on-failure',
    actionTimeout: 12_000,
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'board', testDir: './specs' },
    { name: 'screenshots', testDir: './pictures', testMatch: '**/*.pictures.ts', timeout: 180_000 },
  ],
});
