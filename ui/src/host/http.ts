/** The headless board: commands by POST, events by WebSocket, both on the address the page came from. */
import type { ArgsOf, CommandName, LiveEvent, ResultOf } from '@/api/generated';
import {
  ApiError,
  type Host,
  type LinkState,
  makeListeners,
  NOT_REACHABLE,
  toApiError,
  UNAUTHORISED,
} from './host';
import { hostText } from './text';

const TOKEN_KEY = 'signalbox.token';
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * Takes the token out of the address (so that it is neither bookmarked nor sent on as a referrer)
 * and keeps it for this tab and, as a cookie, for the live feed and for other tabs.
 */
export function takeToken(win: Window = window): string | null {
  const url = new URL(win.location.href);
  const given = url.searchParams.get('token');
  if (given !== null && given !== '') {
    win.sessionStorage.setItem(TOKEN_KEY, given);
    win.document.cookie = `token=${encodeURIComponent(given)}; path=/; SameSite=Strict`;
    url.searchParams.delete('token');
    win.history.replaceState(win.history.state, '', url.pathname + url.search + url.hash);
    return given;
  }
  return win.sessionStorage.getItem(TOKEN_KEY);
}

/** Doubling waits with a little chance, so that many windows do not return at one moment. */
export function waitBefore(attempt: number, chance: number): number {
  const base = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return Math.round(base * (0.8 + 0.4 * chance));
}

export function httpHost(token: string | null, win: Window & typeof globalThis = window): Host {
  const events = makeListeners<[LiveEvent]>();
  const links = makeListeners<[]>();
  let state: LinkState = 'connecting';
  let socket: WebSocket | null = null;
  let attempt = 0;
  let timer: number | undefined;
  let opened = false;

  const setState = (next: LinkState) => {
    if (next === state) return;
    state = next;
    links.emit();
  };

  const headers = (): Record<string, string> => ({
    'Content-Type': 'application/json',
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
  });

  // A handshake that fails does not say why; a plain request does.
  const askWhy = async () => {
    const answer = await win
      .fetch('/api/call/status', {
        method: 'POST',
        headers: headers(),
        body: '{}',
        credentials: 'same-origin',
      })
      .catch(() => null);
    if (state === 'live') return;
    if (answer?.status === 401) setState('refused');
    else if (answer === null) setState('lost');
  };

  const connect = () => {
    win.clearTimeout(timer);
    const url = new URL('/api/live', win.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (token !== null && !win.document.cookie.includes('token=')) url.searchParams.set('token', token);
    const mine = new win.WebSocket(url);
    socket = mine;
    let wasOpen = false;
    mine.onopen = () => {
      wasOpen = true;
      attempt = 0;
      setState('live');
      // What happened while nobody listened is unknown: everything on screen is read again.
      if (opened) events.emit({ type: 'gap' });
      opened = true;
    };
    mine.onmessage = (message: MessageEvent<unknown>) => {
      if (typeof message.data !== 'string') return;
      try {
        events.emit(JSON.parse(message.data) as LiveEvent);
      } catch {
        // An event that cannot be read may have been any event.
        events.emit({ type: 'gap' });
      }
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      socket = null;
      if (state !== 'refused') setState('lost');
      if (!wasOpen) void askWhy();
      // A first contact that failed is a break too: screens may already hold older answers.
      opened = true;
      if (events.size === 0) return;
      timer = win.setTimeout(connect, waitBefore(attempt, Math.random()));
      attempt += 1;
    };
  };

  return {
    kind: 'http',
    async call<N extends CommandName>(name: N, args: ArgsOf<N>, signal?: AbortSignal): Promise<ResultOf<N>> {
      let response: Response;
      try {
        response = await win.fetch(`/api/call/${name}`, {
          method: 'POST',
          headers: headers(),
          body: JSON.stringify(args),
          credentials: 'same-origin',
          ...(signal ? { signal } : {}),
        });
      } catch (cause) {
        if (signal?.aborted) throw cause;
        throw new ApiError({ code: NOT_REACHABLE, ...hostText.notReachable });
      }
      let body: unknown;
      try {
        body = await response.json();
      } catch {
        body = undefined;
      }
      if (response.status === 401) {
        throw toApiError(body, { code: UNAUTHORISED, ...hostText.unauthorised });
      }
      if (!response.ok) {
        throw toApiError(body, { code: `http_${response.status}`, ...hostText.unreadable });
      }
      if (body === undefined) throw new ApiError({ code: 'unreadable', ...hostText.unreadable });
      return body as ResultOf<N>;
    },
    subscribe(listener) {
      const stop = events.add(listener);
      if (socket === null) connect();
      return () => {
        stop();
        if (events.size > 0) return;
        win.clearTimeout(timer);
        const old = socket;
        socket = null;
        opened = false;
        old?.close();
      };
    },
    link: () => state,
    watchLink: (listener) => links.add(listener),
    reconnect() {
      if ((state !== 'lost' && state !== 'refused') || socket !== null) return;
      attempt = 0;
      connect();
    },
  };
}
