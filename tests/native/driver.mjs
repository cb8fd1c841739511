/**
 * Drives one real window through WebKitWebDriver: plain WebDriver, no package needed. Knows nothing of Signalbox but
 * how its program is started.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** Long enough for a loaded machine; a window that needs it is broken, not slow. */
const PATIENCE_MS = 60_000;

async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Asks until the answer is truthy; the last error or answer is in what it throws. */
export async function until(what, ask) {
  const end = Date.now() + PATIENCE_MS;
  let last;
  while (Date.now() < end) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error(`${what} did not happen; last: ${last}`);
}

/** Starts the driver, and by it the program. */
export async function openWindow({ driver, app, args }) {
  const port = await freePort();
  // The web view lets itself be driven only if it is told so before it starts.
  const env = { ...process.env, TAURI_WEBVIEW_AUTOMATION: 'true' };
  const process_ = spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'inherit' });
  const base = `http://127.0.0.1:${port}`;

  async function ask(method, path, body) {
    const response = await fetch(base + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  try {
    await until('the driver listens', () => ask('GET', '/status').then((status) => status.ready));
    // No browserName: the driver calls itself "wry" and matches no other.
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary: app, args } } };
    const { sessionId } = await ask('POST', '/session', { capabilities });
    const at = `/session/${sessionId}`;
    await ask('POST', `${at}/timeouts`, { script: PATIENCE_MS });
    return {
      title: () => ask('GET', `${at}/title`),
      /** Runs the body of a function in the page; it may `return`. */
      run: (script, ...given) => ask('POST', `${at}/execute/sync`, { script, args: given }),
      /** Runs the body of an async function in the page. */
      wait: (script, ...given) =>
        ask('POST', `${at}/execute/async`, {
          script: `const done = arguments[arguments.length - 1];
                   (async (...given) => { ${script} })(...Array.from(arguments).slice(0, -1))
                     .then((value) => done({ value }), (error) => done({ error }));`,
          args: given,
        }),
      picture: async () => Buffer.from(await ask('GET', `${at}/screenshot`), 'base64'),
      stop: () => process_.kill(),
    };
  } catch (error) {
    process_.kill();
    throw error;
  }
}
