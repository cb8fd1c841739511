import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LiveEvent } from '@/api/generated';
import { ApiError } from './host';
import { httpHost, takeToken, waitBefore } from './http';

class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor(readonly url: URL) {
    FakeSocket.all.push(this);
  }
  close() {
    this.onclose?.();
  }
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  window.history.replaceState(null, '', '/');
});

function answer(status: number, body: unknown) {
  const fetch = vi.fn(async () => new Response(body === undefined ? '' : JSON.stringify(body), { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

async function refusal(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('the token', () => {
  test('leaves the address and stays with the tab', () => {
    window.history.replaceState(null, '', '/lines?token=secret-test&act=test#x');
    expect(takeToken()).toBe('secret-test');
    expect(window.location.href, 'not bookmarked, not in a referrer').not.toContain('secret');
    expect(window.location.pathname + window.location.search + window.location.hash).toBe(
      '/lines?act=test#x',
    );
    expect(document.cookie).toContain('token=secret-test');
    expect(takeToken(), 'a reload still has it').toBe('secret-test');
  });

  test('goes with every call', async () => {
    const fetch = answer(200, { items: [] });
    await httpHost('t').call('causes', {});
    expect(fetch).toHaveBeenCalledWith(
      '/api/call/causes',
      expect.objectContaining({
        method: 'POST',
        body: '{}',
        headers: expect.objectContaining({ Authorization: 'Bearer t' }),
      }),
    );
  });
});

describe('a call that fails says what the core said', () => {
  test('with code, remedy and field', async () => {
    answer(422, {
      error: { code: 'bad_address', message: 'Too short.', remedy: 'Add a digit.', field: 'to' },
    });
    const error = await refusal(httpHost(null).call('causes', {}));
    expect([error.code, error.message, error.remedy, error.field]).toEqual([
      'bad_address',
      'Too short.',
      'Add a digit.',
      'to',
    ]);
  });

  test('or that there is no valid key', async () => {
    answer(401, undefined);
    expect((await refusal(httpHost(null).call('causes', {}))).code).toBe('unauthorized');
  });

  test('or that nobody answered', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))),
    );
    expect((await refusal(httpHost(null).call('causes', {}))).code).toBe('not_reachable');
  });

  test('or that the answer cannot be read', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => new Response('<html>', { status: 200 })),
    );
    expect((await refusal(httpHost(null).call('causes', {}))).code).toBe('unreadable');
  });
});

describe('the live feed', () => {
  function listen() {
    const host = httpHost(null);
    const events: LiveEvent[] = [];
    const stop = host.subscribe((e) => events.push(e));
    return { host, events, stop };
  }

  test('passes events on', () => {
    const { events, host } = listen();
    last().onopen?.();
    expect(host.link()).toBe('live');
    last().onmessage?.({ data: '{"type":"changed","tags":["messages"]}' });
    expect(events).toEqual([{ type: 'changed', tags: ['messages'] }]);
  });

  test('comes back by itself, and says that something may have been missed', () => {
    const { events, host } = listen();
    last().onopen?.();
    last().onclose?.();
    expect(host.link()).toBe('lost');
    vi.advanceTimersByTime(1_000);
    expect(FakeSocket.all).toHaveLength(2);
    last().onopen?.();
    expect(host.link()).toBe('live');
    expect(events).toEqual([{ type: 'gap' }]);
  });

  test('waits longer each time, up to a quarter of a minute', () => {
    expect([0, 1, 2, 3].map((n) => waitBefore(n, 0.5))).toEqual([500, 1_000, 2_000, 4_000]);
    expect(waitBefore(30, 1)).toBeLessThanOrEqual(18_000);
  });

  test('tells a core that is gone from one that was started anew and takes this key no more', async () => {
    const { host } = listen();
    last().onopen?.();
    const fetch = answer(401, { error: { code: 'unauthorized', message: 'No', remedy: 'Yes' } });
    last().onclose?.();
    expect(fetch, 'a link that worked until now is simply lost').not.toHaveBeenCalled();
    host.reconnect();
    last().onclose?.();
    await vi.waitFor(() => expect(host.link()).toBe('refused'));
    host.reconnect();
    last().onopen?.();
    expect(host.link(), 'another tab brought the new key').toBe('live');
  });

  test('can be tried at once', () => {
    const { host } = listen();
    last().onclose?.();
    host.reconnect();
    expect(FakeSocket.all).toHaveLength(2);
  });

  test('an event that cannot be read is a gap', () => {
    const { events } = listen();
    last().onopen?.();
    last().onmessage?.({ data: '{' });
    expect(events).toEqual([{ type: 'gap' }]);
  });

  test('ends with its last listener', () => {
    const { stop } = listen();
    last().onopen?.();
    stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all, 'no reconnection for nobody').toHaveLength(1);
  });
});
