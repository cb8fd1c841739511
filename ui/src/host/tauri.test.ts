import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from './host';
import { tauriHost } from './tauri';

type Invoke = (cmd: string, args: Record<string, unknown>) => Promise<unknown>;

function window_(invoke: Invoke) {
  vi.stubGlobal('__TAURI_INTERNALS__', {
    invoke,
    transformCallback: () => 7,
    unregisterCallback() {},
  });
}

afterEach(() => vi.unstubAllGlobals());

test('one command carries the whole table', async () => {
  const invoke = vi.fn<Invoke>(async () => ({ items: [] }));
  window_(invoke);
  expect(await tauriHost().call('causes', {})).toEqual({ items: [] });
  expect(invoke.mock.calls[0]?.slice(0, 2)).toEqual(['api', { cmd: 'causes', payload: {} }]);
});

test('a refusal keeps its code and remedy', async () => {
  window_(async () =>
    Promise.reject({ error: { code: 'paused', message: 'The line is paused.', remedy: 'Resume it.' } }),
  );
  const error = await tauriHost()
    .call('causes', {})
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 'paused', message: 'The line is paused.', remedy: 'Resume it.' });
});

test('events come by one channel, however many listen', () => {
  const invoke = vi.fn<Invoke>(async () => null);
  window_(invoke);
  const host = tauriHost();
  host.subscribe(() => {});
  host.subscribe(() => {});
  expect(invoke.mock.calls.filter(([cmd]) => cmd === 'subscribe')).toHaveLength(1);
});

test('a refused feed is a lost link, and can be tried again', async () => {
  let refuse = true;
  window_(async () => (refuse ? Promise.reject('not allowed') : null));
  const host = tauriHost();
  const events: string[] = [];
  host.subscribe((e) => events.push(e.type));
  await vi.waitFor(() => expect(host.link()).toBe('lost'));
  refuse = false;
  host.reconnect();
  await vi.waitFor(() => expect(host.link()).toBe('live'));
  expect(events, 'what was missed is unknown').toEqual(['gap']);
});
