/** A control that goes away with what it did hands the focus to the first one that is left beside it. */
import { type RefObject, useEffect, useRef } from 'react';

export function useHeldFocus<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null);
  const inside = useRef(false);
  useEffect(() => {
    const note = (event: Event) => {
      inside.current = event.target instanceof Node && (ref.current?.contains(event.target) ?? false);
    };
    document.addEventListener('focusin', note);
    document.addEventListener('pointerdown', note);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', note);
    };
  }, []);
  useEffect(() => {
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (inside.current && lost) ref.current?.querySelector<HTMLElement>('button,a')?.focus();
  });
  return ref;
}
