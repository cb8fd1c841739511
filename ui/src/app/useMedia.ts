/** A media query as a value. */
import { useCallback, useSyncExternalStore } from 'react';

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** The widths of UI.md, in one place for scripts. CSS modules repeat the numbers. */
export const media = {
  narrow: '(max-width: 1120px)',
  belowFull: '(max-width: 1439px)',
  wide: '(min-width: 1720px)',
  /** 200 % zoom of a small window. */
  tiny: '(max-width: 860px)',
};
