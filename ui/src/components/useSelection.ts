/** Which rows are ticked. Ids only: rows may come and go with their pages. */
import { useCallback, useMemo, useRef, useState } from 'react';

export interface Selection {
  ids: ReadonlySet<string>;
  size: number;
  has(id: string): boolean;
  /** Also where the next range starts. */
  toggle(id: string): void;
  /** From the last one toggled to this, in the order of `keys`. */
  range(id: string, keys: readonly string[]): void;
  set(ids: Iterable<string>): void;
  clear(): void;
}

export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(() => new Set());
  const anchor = useRef<string | null>(null);

  const toggle = useCallback((id: string) => {
    anchor.current = id;
    setIds((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);

  const range = useCallback((id: string, keys: readonly string[]) => {
    const to = keys.indexOf(id);
    const from = anchor.current === null ? to : keys.indexOf(anchor.current);
    if (to < 0) return;
    const [a, b] = from < 0 ? [to, to] : from < to ? [from, to] : [to, from];
    setIds((old) => new Set([...old, ...keys.slice(a, b + 1)]));
  }, []);

  const set = useCallback((next: Iterable<string>) => setIds(new Set(next)), []);
  const clear = useCallback(() => {
    anchor.current = null;
    setIds(new Set());
  }, []);

  return useMemo(
    () => ({ ids, size: ids.size, has: (id: string) => ids.has(id), toggle, range, set, clear }),
    [ids, toggle, range, set, clear],
  );
}
