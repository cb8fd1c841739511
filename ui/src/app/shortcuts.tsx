/**
 * Keys. Screens name theirs with `useShortcuts`; the help and the status bar show what is in force.
 * Single-letter keys are ignored in fields and in dialogs, and can be switched off in settings.
 */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';

export interface Shortcut {
  /** `n`, `?`, `/`, `shift+x`, `mod+k`, `mod+enter`, or a sequence: `g o`. */
  keys: string;
  /** For the key help: "New message". */
  label: string;
  /** Absent when the part itself listens (a grid's j and k): then it is only shown. */
  run?: (() => void) | undefined;
  /** A short word for the status bar: "retry". Without it the key is only in the help. */
  hint?: string | undefined;
  group?: 'everywhere' | 'here' | 'lists' | undefined;
  /** Works while typing too. Only for keys with Ctrl or ⌘. */
  inFields?: boolean | undefined;
}

const layers = new Map<symbol, Shortcut[]>();
const listeners = new Set<() => void>();
let all: readonly Shortcut[] = [];

function changed() {
  all = [...layers.values()].flat();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Everything in force now, in the order it was named. */
export function useAllShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => all);
}

/** Puts keys in force while the component is on screen. The newest of two for the same key wins. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const shape = shortcuts.map((s) => `${s.keys}|${s.label}|${s.hint ?? ''}|${s.group ?? ''}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: what runs is read at the time; only the shape is registered
  useEffect(() => {
    const id = Symbol('shortcuts');
    layers.set(
      id,
      latest.current.map((s, index) => ({
        ...s,
        ...(s.run ? { run: () => latest.current[index]?.run?.() } : {}),
      })),
    );
    changed();
    return () => {
      layers.delete(id);
      changed();
    };
  }, [shape]);
}

const SingleKeys = createContext(true);

/** False when the business switched single-letter keys off. */
export function useSingleKeys(): boolean {
  return useContext(SingleKeys);
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
}

function inPopup(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('[role=dialog],[role=alertdialog],[role=menu],[role=listbox]') !== null
  );
}

/** The event's key as it is written in `Shortcut.keys`. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey'>): string {
  const key = event.key.toLowerCase();
  const letter = /^[a-z]$/.test(key);
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  const shift = event.shiftKey && (letter || key.length > 1) ? 'shift+' : '';
  return mod + shift + key;
}

const SEQUENCE_MS = 1_200;

export function ShortcutRoot({ single, children }: { single: boolean; children: ReactNode }) {
  useEffect(() => {
    let prefix: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const key = keyOf(event);
      if (['shift', 'control', 'meta'].includes(event.key.toLowerCase())) return;
      const withMod = key.startsWith('mod+');
      const blocked = !withMod && (!single || isTyping(event.target) || inPopup(event.target));
      const wanted = prefix === null ? key : `${prefix} ${key}`;
      prefix = null;
      clearTimeout(timer);
      if (blocked) return;
      const now = [...all].reverse();
      const hit = now.find((s) => s.keys === wanted && s.run !== undefined);
      if (hit !== undefined) {
        if (withMod && isTyping(event.target) && !hit.inFields) return;
        event.preventDefault();
        hit.run?.();
        return;
      }
      if (now.some((s) => s.run !== undefined && s.keys.startsWith(`${key} `))) {
        prefix = key;
        timer = setTimeout(() => {
          prefix = null;
        }, SEQUENCE_MS);
      }
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      clearTimeout(timer);
    };
  }, [single]);
  return <SingleKeys.Provider value={useMemo(() => single, [single])}>{children}</SingleKeys.Provider>;
}
