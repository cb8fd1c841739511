/** What this window remembers by itself: nothing that belongs to the business. */
import { useSyncExternalStore } from 'react';

const PREFIX = 'signalbox.';
const listeners = new Set<() => void>();

export function readPref(key: string): string | null {
  try {
    return window.localStorage.getItem(PREFIX + key);
  } catch {
    // Storage can be closed to the page; then nothing is remembered.
    return null;
  }
}

export function writePref(key: string, value: string | null): void {
  try {
    if (value === null) window.localStorage.removeItem(PREFIX + key);
    else window.localStorage.setItem(PREFIX + key, value);
  } catch {
    // As above.
  }
  for (const listener of listeners) listener();
}

export function usePref(key: string): [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => readPref(key),
  );
  return [value, (next) => writePref(key, next)];
}
