/** Whether the palette and the key help are open. */
import { useSyncExternalStore } from 'react';

type Open = 'palette' | 'keys' | null;

let open: Open = null;
const listeners = new Set<() => void>();

export function setOverlay(next: Open): void {
  open = next;
  for (const listener of listeners) listener();
}

export const openPalette = () => setOverlay('palette');
export const openKeys = () => setOverlay('keys');
export const closeOverlay = () => setOverlay(null);

export function useOverlay(): Open {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => open,
  );
}
