/**
 * What is ticked in triage: whole causes, with the messages that were never read, and single messages.
 * Both survive paging and filters. To leave one message out of a ticked cause, the cause's ids are read.
 */
import { useMemo, useRef, useState } from 'react';
import type { Cause, Message, MessageState } from '@/api/generated';
import { useCore } from '@/app/queries';
import type { Selection } from '@/components';
import type { ApiError, Host } from '@/host/host';
import type { Which } from '../messages/useDecisions';
import { causeId, causeOf } from './causes';

/** More than this is not read message by message. */
export const MOST_IDS = 5_000;
const PAGE = 200;

interface Picked {
  cause: string | null;
  state: MessageState;
}

export interface Share {
  count: number;
  which: Which[];
}

export interface TriageSelection extends Selection {
  causes: ReadonlySet<string>;
  toggleCause(cause: Cause): void;
  /** What a bulk retry would reach: never an unknown outcome. */
  retry: Share;
  dismiss: Share;
  undismiss: Share;
  unknown: number;
  /** Ids are being read. */
  busy: boolean;
}

export interface SelectionFacts {
  rows: readonly Message[];
  causes: readonly Cause[];
  /** A cause that is too large to be taken apart, or ids that could not be read. */
  onRefused: (cause: Cause, error: ApiError | null) => void;
}

/** Every id of a cause, newest first. */
export async function idsOf(host: Host, cause: Cause): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await host.call('messages', {
      cause: cause.key,
      state: [cause.state],
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    ids.push(...page.items.map((m) => m.id));
    after = page.next ?? undefined;
  } while (after !== undefined && ids.length < MOST_IDS + PAGE);
  return ids;
}

function share(whole: readonly Cause[], single: readonly string[]): Share {
  return {
    count: whole.reduce((n, c) => n + c.count, 0) + single.length,
    which: [...whole.map((c) => ({ cause: c.key })), ...(single.length === 0 ? [] : [{ ids: [...single] }])],
  };
}

export function useTriageSelection({ rows, causes, onRefused }: SelectionFacts): TriageSelection {
  const { host } = useCore();
  const [whole, setWhole] = useState<ReadonlySet<string>>(() => new Set());
  const [single, setSingle] = useState<ReadonlyMap<string, Picked>>(() => new Map());
  const [busy, setBusy] = useState(false);
  const anchor = useRef<string | null>(null);

  const byId = useMemo(() => new Map(rows.map((m) => [m.id, m])), [rows]);
  const causeByRow = useMemo(() => new Map(rows.map((m) => [m.id, causeOf(m, causes)])), [rows, causes]);
  // A cause that is gone (all retried, all dismissed) takes its tick with it.
  const ticked = useMemo(() => causes.filter((c) => whole.has(causeId(c))), [causes, whole]);
  const tickedIds = useMemo(() => new Set(ticked.map(causeId)), [ticked]);

  return useMemo(() => {
    const facts = (id: string): Picked | undefined => {
      const row = byId.get(id);
      return row === undefined ? single.get(id) : { state: row.state, cause: causeByRow.get(id) ?? null };
    };
    const inWhole = (id: string) => {
      const cause = facts(id)?.cause ?? null;
      return cause !== null && tickedIds.has(cause);
    };
    const add = (ids: Iterable<string>, to: ReadonlyMap<string, Picked>) => {
      const next = new Map(to);
      for (const id of ids) {
        const picked = facts(id);
        if (picked !== undefined && !inWhole(id)) next.set(id, picked);
      }
      return next;
    };
    const takeApart = (cause: Cause, without: string) => {
      if (cause.count > MOST_IDS) {
        onRefused(cause, null);
        return;
      }
      setBusy(true);
      idsOf(host, cause)
        .then((ids) => {
          const id = causeId(cause);
          setWhole((old) => new Set([...old].filter((one) => one !== id)));
          setSingle(
            (old) =>
              new Map([
                ...old,
                ...ids
                  .filter((one) => one !== without)
                  .map((one) => [one, { cause: id, state: cause.state }] as const),
              ]),
          );
        })
        .catch((error: ApiError) => onRefused(cause, error))
        .finally(() => setBusy(false));
    };

    const alone = [...single.keys()].filter((id) => !inWhole(id));
    const inState = (...states: MessageState[]) =>
      alone.filter((id) => {
        const state = facts(id)?.state;
        return state !== undefined && states.includes(state);
      });
    const unknown = inState('unknown').length;
    return {
      ids: new Set(alone),
      size: ticked.reduce((n, c) => n + c.count, 0) + alone.length,
      causes: tickedIds,
      busy,
      unknown,
      retry: share(ticked, inState('needs_attention', 'dismissed', 'expired', 'cancelled')),
      dismiss: share(ticked, inState('needs_attention', 'expired')),
      undismiss: share([], inState('dismissed')),
      has: (id: string) => inWhole(id) || single.has(id),
      toggle: (id: string) => {
        anchor.current = id;
        const cause = facts(id)?.cause ?? null;
        const of = cause === null ? undefined : ticked.find((c) => causeId(c) === cause);
        if (of !== undefined) {
          takeApart(of, id);
          return;
        }
        setSingle((old) => {
          const next = new Map(old);
          if (next.delete(id)) return next;
          return add([id], next);
        });
      },
      range: (id: string, keys: readonly string[]) => {
        const to = keys.indexOf(id);
        if (to < 0) return;
        const from = anchor.current === null ? to : keys.indexOf(anchor.current);
        const [a, b] = from < 0 ? [to, to] : from < to ? [from, to] : [to, from];
        setSingle((old) => add(keys.slice(a, b + 1), old));
      },
      set: (ids: Iterable<string>) => setSingle(add(ids, new Map())),
      clear: () => {
        anchor.current = null;
        setWhole(new Set());
        setSingle(new Map());
      },
      toggleCause: (cause: Cause) => {
        // An unknown outcome is settled one by one; a tick on all of them could only mislead.
        if (cause.state === 'unknown') return;
        const id = causeId(cause);
        const on = tickedIds.has(id);
        setWhole((old) => {
          const next = new Set(old);
          if (on) next.delete(id);
          else next.add(id);
          return next;
        });
        setSingle((old) => new Map([...old].filter(([one]) => facts(one)?.cause !== id)));
      },
    };
  }, [byId, causeByRow, single, ticked, tickedIds, busy, host, onRefused]);
}
