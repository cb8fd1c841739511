/** Whether the core answers this page. A break that is over within a second is none: nobody need worry about it. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { now } from './clock';
import { useCore } from './queries';

const GRACE_MS = 1_000;

export type Link =
  | { state: 'fine' }
  /** `seen`: when it was last known to hold, or null if it never did. */
  | { state: 'lost'; seen: number | null }
  /** The core answers, but this page's key is worth nothing to it. */
  | { state: 'refused' };

const fine: Link = { state: 'fine' };
const refused: Link = { state: 'refused' };

export function useLink(): Link {
  const { host } = useCore();
  const link = useSyncExternalStore(host.watchLink, host.link);
  const [lost, setLost] = useState<Link | null>(null);
  const seen = useRef<number | null>(null);

  useEffect(() => {
    if (link === 'live') {
      seen.current = now();
      setLost(null);
      return;
    }
    if (link !== 'lost') return;
    // Counted from now, not from when the wait is over.
    const last = seen.current === null ? null : now();
    const timer = setTimeout(() => setLost({ state: 'lost', seen: last }), GRACE_MS);
    return () => clearTimeout(timer);
  }, [link]);

  if (link === 'refused') return refused;
  return lost ?? fine;
}
