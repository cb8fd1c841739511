/**
 * One tab stop for a whole grid, arrows inside. Shared by the line board and the long lists.
 * Up, Down, j, k, Home, End, Page keys move; Right and Left walk the controls of the row; Enter opens;
 * Space or x selects, Shift x selects a range; Esc closes what was opened.
 */
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { isTyping, useSingleKeys } from '@/app/shortcuts';

export interface RovingOptions {
  /** The rows' keys, in order. */
  keys: readonly string[];
  /** Brings a row on screen, when it may not be. */
  scrollTo?: ((index: number) => void) | undefined;
  /** Rows in one page, for Page Up and Down. */
  page?: number | undefined;
  onOpen?: ((key: string) => void) | undefined;
  onClose?: (() => void) | undefined;
  onToggle?: ((key: string) => void) | undefined;
  onRange?: ((key: string) => void) | undefined;
}

export interface Roving {
  /** The row that holds the tab stop. */
  active: string | null;
  gridProps: {
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
    ref: (node: HTMLElement | null) => void;
  };
  rowProps: (key: string) => {
    tabIndex: 0 | -1;
    'data-row': string;
    onFocus: () => void;
  };
  /** Puts the focus on the active row. */
  focus: () => void;
  setActive: (key: string) => void;
}

const FOCUSABLE = 'a[href],button:not(:disabled),input:not(:disabled),summary';

export function useRoving({
  keys,
  scrollTo,
  page = 10,
  onOpen,
  onClose,
  onToggle,
  onRange,
}: RovingOptions): Roving {
  const [chosen, setChosen] = useState<string | null>(null);
  const single = useSingleKeys();
  const node = useRef<HTMLElement | null>(null);
  const pending = useRef<string | null>(null);
  const last = useRef(0);

  // A row that went away hands its place to the one that now stands there.
  let index = chosen === null ? -1 : keys.indexOf(chosen);
  if (index < 0) index = Math.min(last.current, keys.length - 1);
  const active = keys[index] ?? null;
  last.current = Math.max(0, index);

  const find = useCallback(
    (key: string) =>
      [...(node.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].find(
        (row) => row.dataset.row === key,
      ) ?? null,
    [],
  );

  useEffect(() => {
    if (pending.current === null) return;
    const row = find(pending.current);
    if (row === null) return;
    pending.current = null;
    row.focus({ preventScroll: scrollTo !== undefined });
  });

  const move = (to: number) => {
    const clamped = Math.max(0, Math.min(keys.length - 1, to));
    const key = keys[clamped];
    if (key === undefined) return;
    pending.current = key;
    setChosen(key);
    scrollTo?.(clamped);
    const row = find(key);
    if (row !== null) {
      pending.current = null;
      row.focus({ preventScroll: scrollTo !== undefined });
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (isTyping(target)) return;
    const row = target.closest<HTMLElement>('[data-row]');
    if (row === null || active === null) return;
    const onRow = target === row;
    const done = () => {
      event.preventDefault();
    };
    const letter = single ? event.key.toLowerCase() : '';
    if (event.key === 'ArrowDown' || (letter === 'j' && !event.shiftKey)) {
      done();
      move(index + 1);
    } else if (event.key === 'ArrowUp' || (letter === 'k' && !event.shiftKey)) {
      done();
      move(index - 1);
    } else if (event.key === 'Home') {
      done();
      move(0);
    } else if (event.key === 'End') {
      done();
      move(keys.length - 1);
    } else if (event.key === 'PageDown') {
      done();
      move(index + page);
    } else if (event.key === 'PageUp') {
      done();
      move(index - page);
    } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      const controls = [...row.querySelectorAll<HTMLElement>(FOCUSABLE)];
      const at = controls.indexOf(target);
      const next = event.key === 'ArrowRight' ? at + 1 : at - 1;
      if (at < 0 && event.key === 'ArrowLeft') return;
      done();
      (next < 0 ? row : (controls[next] ?? controls.at(-1) ?? row)).focus();
    } else if (event.key === 'Enter' && onRow && onOpen) {
      done();
      onOpen(active);
    } else if (event.key === 'Escape') {
      if (!onRow) {
        done();
        row.focus();
      } else if (onClose) {
        done();
        onClose();
      }
    } else if (letter === 'x' && event.shiftKey && onRange) {
      done();
      onRange(active);
    } else if ((letter === 'x' || (event.key === ' ' && onRow)) && onToggle) {
      done();
      if (event.shiftKey && onRange) onRange(active);
      else onToggle(active);
    }
  };

  return {
    active,
    gridProps: {
      onKeyDown,
      ref: (next) => {
        node.current = next;
      },
    },
    rowProps: (key) => ({
      tabIndex: key === active ? 0 : -1,
      'data-row': key,
      onFocus: () => {
        if (key !== chosen) setChosen(key);
      },
    }),
    focus: () => {
      if (active !== null) move(keys.indexOf(active));
    },
    setActive: (key) => setChosen(key),
  };
}
