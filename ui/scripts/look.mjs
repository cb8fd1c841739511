// Takes pictures of screens with the fixtures, and checks each with axe and under the real content
// security policy.
//   npm run look -- [--out DIR] [--scene busy] [--sizes 1280x800,1024x640,2560x1440] [--themes light,dark]
//                   [--locale en-GB] [--full] [--keys "g m"] [--name NAME] /path …
// Playwright's `build` of the fixtures goes to node_modules/.cache/look: dist is never touched.

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: '/tmp/signalbox-look' },
    scene: { type: 'string', default: 'busy' },
    sizes: { type: 'string', default: '1280x800,1024x640,2560x1440' },
    themes: { type: 'string', default: 'light,dark' },
    locale: { type: 'string', default: 'en-GB' },
    name: { type: 'string' },
    keys: { type: 'string' },
    // Presses the button of this name first.
    click: { type: 'string' },
    full: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    forced: { type: 'boolean', default: false },
    zoom: { type: 'string', default: '1' },
  },
});

const root = fileURLToPath(new URL('../', import.meta.url));
const dir = join(root, 'node_modules/.cache/look');
if (!values['no-build']) {
  await build({
    root,
    mode: 'fixtures',
    logLevel: 'warn',
    build: { outDir: dir, emptyOutDir: true },
  });
}

const csp =
  "default-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-src 'none'";
const types = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  let file = join(dir, path);
  try {
    if (!statSync(file).isFile()) throw new Error('no file');
  } catch {
    file = join(dir, 'index.html');
  }
  response.writeHead(200, {
    'Content-Type': types[extname(file)] ?? 'text/html',
    'Content-Security-Policy': csp,
  });
  response.end(readFileSync(file));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${server.address().port}`;

mkdirSync(values.out, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
let bad = 0;
for (const path of positionals.length > 0 ? positionals : ['/']) {
  for (const size of values.sizes.split(',')) {
    const [width, height] = size.split('x').map(Number);
    for (const theme of values.themes.split(',')) {
      const context = await browser.newContext({
        viewport: {
          width: Math.round(width / Number(values.zoom)),
          height: Math.round(height / Number(values.zoom)),
        },
        deviceScaleFactor: Number(values.zoom),
        colorScheme: theme,
        locale: values.locale,
        // The reverse of the business's zone, so that a time in the computer's zone stands out.
        timezoneId: 'Asia/Tokyo',
        reducedMotion: 'reduce',
        ...(values.forced ? { forcedColors: 'active' } : {}),
      });
      const page = await context.newPage();
      const name = `${values.name ?? (path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'overview')}-${values.scene}-${size}-${theme}`;
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) {
          bad += 1;
          console.log(`${name}: console: ${message.text()}`);
        }
      });
      page.on('pageerror', (error) => {
        bad += 1;
        console.log(`${name}: page: ${error.message}`);
      });
      await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}fixture=${values.scene}`);
      await page.waitForSelector('main');
      await page.waitForTimeout(600);
      if (values.click) {
        await page.getByRole('button', { name: values.click }).first().click();
        await page.waitForTimeout(300);
      }
      for (const step of values.keys?.split(',') ?? []) {
        for (const key of step.trim().split(' ')) await page.keyboard.press(key);
        await page.waitForTimeout(300);
      }
      // The guards around an open popup catch the focus and pass it on; they hold nothing. A popup itself
      // belongs to its button and stands in no landmark.
      const { violations: all } = await new AxeBuilder({ page })
        .exclude('[data-base-ui-focus-guard]')
        .analyze();
      const violations = all.filter(
        (v) => !(v.id === 'region' && v.nodes.every((n) => /base-ui/.test(n.target.join(' ')))),
      );
      for (const v of violations) {
        bad += 1;
        console.log(`${name}: axe ${v.impact} ${v.id}: ${v.help}`);
        for (const node of v.nodes.slice(0, 4))
          console.log(
            `    ${node.target.join(' ')}  ${node.failureSummary?.split('\n').slice(1, 3).join(' ')}`,
          );
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
      if (wide) {
        bad += 1;
        console.log(`${name}: the page scrolls sideways`);
      }
      await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: values.full });
      await context.close();
    }
  }
}
await browser.close();
server.close();
console.log(bad === 0 ? `clean; pictures in ${values.out}` : `${bad} findings; pictures in ${values.out}`);
process.exitCode = bad === 0 ? 0 : 1;
