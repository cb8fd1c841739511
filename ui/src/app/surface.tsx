/** Tells the shell what kind of screen is open. */
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';

export type Surface = 'page' | 'work' | 'panes';

interface Now {
  surface: Surface;
  title: string;
}

let now: Now = { surface: 'page', title: '' };
const listeners = new Set<() => void>();

export function useSurface(): Now {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => now,
  );
}

export function SurfaceContext({ surface, title, children }: Now & { children: ReactNode }) {
  useEffect(() => {
    now = { surface, title };
    for (const listener of listeners) listener();
  }, [surface, title]);
  return children;
}
