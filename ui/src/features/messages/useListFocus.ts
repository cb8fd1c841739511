/** Where the focus is in a list, for keys that act on "this row", and where it goes when the row goes. */
import { useCallback, useEffect, useRef } from 'react';

const STOP = '[role=grid][aria-rowcount] [data-row][tabindex="0"]';

const LOOK_MS = 60;
const LOOKS = 10;

function isLost(): boolean {
  return document.activeElement === document.body || document.activeElement === null;
}

export interface ListFocus {
  ref: React.RefObject<HTMLDivElement | null>;
  /** The row that has the focus, or whose control has it. */
  row(): string | null;
  /** Puts the focus on the list. */
  focus(): void;
  /**
   * The same, once what has the focus now is gone: a bar or a dialog that closes, a row that was decided.
   * `onRow` is told then; it is not when a row only left the memory while someone scrolled.
   */
  want(): void;
}

/** `onRow` is told each row that takes the focus. */
export function useListFocus(onRow?: (id: string) => void): ListFocus {
  const ref = useRef<HTMLDivElement>(null);
  const inside = useRef(false);
  const wanted = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const mute = useRef(false);
  const told = useRef(onRow);
  told.current = onRow;

  const focus = useCallback(() => ref.current?.querySelector<HTMLElement>(STOP)?.focus(), []);

  useEffect(() => {
    const note = (event: Event) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      inside.current = target !== null && (ref.current?.contains(target) ?? false);
      const id = inside.current && event.type === 'focusin' ? target?.dataset.row : undefined;
      if (id !== undefined && !mute.current) told.current?.(id);
      if (id !== undefined) wanted.current = false;
    };
    document.addEventListener('focusin', note);
    document.addEventListener('pointerdown', note);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', note);
    };
  }, []);

  const take = useCallback(() => {
    mute.current = !wanted.current;
    ref.current?.querySelector<HTMLElement>(STOP)?.focus({ preventScroll: true });
    mute.current = false;
  }, []);

  // The row under the focus was dismissed or retried and has gone: its neighbour takes the focus.
  useEffect(() => {
    if (inside.current && isLost()) take();
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const row = () => {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || !ref.current?.contains(active)) return null;
    return active.closest<HTMLElement>('[data-row]')?.dataset.row ?? null;
  };
  const want = () => {
    inside.current = true;
    wanted.current = true;
    // A dialog lets go of the focus only when it has faded, and nothing is drawn again then.
    const look = (turns: number) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        if (isLost()) take();
        else if (turns > 0) look(turns - 1);
      }, LOOK_MS);
    };
    look(LOOKS);
  };
  return { ref, row, focus, want };
}
