/**
 * The real window, the real web view, the real core: that they fit together. What the screens do is tested in a browser
 * (tests/e2e), which is faster and sees more.
 *
 * Needs SIGNALBOX_APP (the built program), WEBKIT_DRIVER, a display and a session bus; `cargo xtask test native` gives
 * all four. The picture goes to SIGNALBOX_PICTURES if that is set.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openWindow, until } from './driver.mjs';

const { SIGNALBOX_APP: app, WEBKIT_DRIVER: driver, SIGNALBOX_PICTURES: pictures } = process.env;
assert.ok(app && driver, 'SIGNALBOX_APP and WEBKIT_DRIVER say what to test: use `cargo xtask test native`');

const folder = mkdtempSync(join(tmpdir(), 'signalbox-native-'));
const home = join(folder, 'home');
let window;

before(async () => {
  window = await openWindow({ driver, app, args: ['--home', home, '--vault', 'session', '--port', '0'] });
});

after(() => {
  window?.stop();
  // Left running only if a test failed; it would keep the terminal that waits for it.
  if (existsSync(join(home, 'lock')) && isRunning(pid())) process.kill(pid(), 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The page's own way to the core. */
const invoke = (name, args) =>
  window.wait('return await window.__TAURI_INTERNALS__.invoke(given[0], given[1]);', name, args);
const call = (cmd, payload = {}) => invoke('api', { cmd, payload });

/** The program's process, as it wrote it into the home's lock. */
const pid = () => Number(readFileSync(join(home, 'lock'), 'utf8'));

function isRunning(id) {
  try {
    // A process that has ended but was not yet collected by the driver is no longer running.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('the window shows the page', async () => {
  assert.equal(await window.title(), 'Signalbox');
  const heading = await until('a heading', () =>
    window.run("return document.querySelector('h1, h2')?.textContent.trim();"),
  );
  assert.match(heading, /\w/, 'the page has begun to say something');
  assert.equal(await window.run('return location.protocol;'), 'tauri:', 'it comes from inside of the program');
});

test('the page reaches the core, and the core says what it is', async () => {
  const { value: status, error } = await call('status');
  assert.equal(error, undefined, JSON.stringify(error));
  assert.equal(status.home, home);
  assert.equal(status.vault.mode, 'session');
  assert.ok(status.port > 0, 'webhooks and the terminal work while the window runs');
  const answer = await fetch(`http://127.0.0.1:${status.port}/healthz`);
  assert.equal(answer.status, 200);
});

test('a refusal reaches the page in the shape that every door has', async () => {
  const { error } = await call('settings_set', { zone: 'Nowhere/Land' });
  assert.equal(error.error.field, 'zone', JSON.stringify(error));
  assert.ok(error.error.message && error.error.remedy);
});

test('the page may ask for nothing but the two commands', async () => {
  for (const name of ['plugin:window|set_title', 'plugin:event|emit', 'plugin:notification|notify', 'fly']) {
    const { error } = await invoke(name, {});
    assert.match(String(error), /not allowed|not found/, `${name} is refused`);
  }
});

test('a change reaches the page within moments', async () => {
  const { value: tags, error } = await window.wait(`
    const inside = window.__TAURI_INTERNALS__;
    const told = new Promise((tell) => {
      const channel = inside.transformCallback((event) => {
        if (event.message?.tags?.includes('settings')) tell(event.message.tags);
      });
      inside.invoke('subscribe', { channel: '__CHANNEL__:' + channel });
    });
    await inside.invoke('api', { cmd: 'settings_set', payload: { business_name: 'Alder Street Dental' } });
    return await told;`);
  assert.equal(error, undefined, JSON.stringify(error));
  assert.ok(tags.includes('settings'));
});

test('what is on the screen is a picture, not an empty window', async () => {
  const picture = await window.picture();
  assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  assert.ok(picture.length > 10_000, `one colour would be smaller than ${picture.length} bytes`);
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, 'native.png'), picture);
  }
});

test('asked to end, it closes the home in order', async () => {
  const id = pid();
  assert.ok(existsSync(join(home, 'gateway.json')), 'the terminal finds it while it runs');
  process.kill(id, 'SIGTERM');
  await until('the end of the program', () => !isRunning(id));
  assert.ok(!existsSync(join(home, 'gateway.json')), 'and does not look for it afterwards');
  execFileSync('flock', ['--nonblock', join(home, 'lock'), 'true']);
  const logs = execFileSync('sh', ['-c', 'cat "$1"/logs/*.log', 'sh', home], { encoding: 'utf8' });
  assert.match(logs, /the home is closed/, 'nothing was cut off');
  assert.doesNotMatch(logs, /ERROR/, 'and nothing went wrong meanwhile');
});
