/**
 * The one source of "now" on screen. It ticks only while the page is visible, at the minute and
 * half minute, so that ages stay right without a timer per row.
 */
import { useSyncExternalStore } from 'react';

const STEP_MS = 30_000;

let read: () => number = () => Date.now();
let current = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Milliseconds since the epoch, now. For events and requests; in a render use `useNow`. */
export function now(): number {
  return read();
}

/** Tests and fixtures put their own clock in; the answer puts the old one back. */
export function setClock(next: () => number): () => void {
  const old = read;
  read = next;
  current = read();
  for (const listener of listeners) listener();
  return () => {
    read = old;
    current = read();
  };
}

function tick() {
  clearTimeout(timer);
  current = read();
  for (const listener of listeners) listener();
  if (document.visibilityState !== 'hidden') timer = setTimeout(tick, STEP_MS - (current % STEP_MS));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    document.addEventListener('visibilitychange', tick);
    timer = setTimeout(tick, STEP_MS - (read() % STEP_MS));
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}

function snapshot(): number {
  if (listeners.size === 0 || current === 0) current = read();
  return current;
}

/** Milliseconds since the epoch; renders again at least every half minute. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot);
}
