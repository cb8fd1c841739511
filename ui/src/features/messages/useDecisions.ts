/**
 * What a person decides about messages, and how it went. What worked is confirmed in a toast, with Undo
 * where it can be undone; what did not is kept here, to be shown where the person looks.
 */
import { useRef, useState } from 'react';
import type { Message } from '@/api/generated';
import { recipient, useMutate } from '@/app/queries';
import { toast } from '@/components';
import type { ApiError } from '@/host/host';
import { detailText as t } from './text';

export interface Trouble {
  /** The one message it is about, or null when it is about many. */
  id: string | null;
  say: string;
  remedy: string;
}

export type Resolution = 'sent' | 'again' | 'drop';

/** Messages by id, or one whole cause. */
export type Which = { ids: string[] } | { cause: string };

export interface Decisions {
  trouble: Trouble | null;
  clearTrouble(): void;
  /** The message and the decision that is under way, for the button that waits. */
  busy: { what: string; id: string | null } | null;
  retry(message: Message): void;
  dismiss(which: readonly Which[], after?: () => void): void;
  undismiss(ids: string[], after?: () => void): void;
  cancel(message: Message): void;
  release(message: Message): void;
  resolve(message: Message, as: Resolution, after?: () => void): void;
  /** Takes the last dismissal back. */
  undo(): void;
  refuse(trouble: Trouble): void;
}

export function useDecisions(): Decisions {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState<Decisions['busy']>(null);
  const retry = useMutate('retry');
  const dismiss = useMutate('dismiss');
  const undismiss = useMutate('undismiss');
  const cancel = useMutate('cancel');
  const release = useMutate('release');
  const resolve = useMutate('resolve');
  const last = useRef<(() => void) | null>(null);

  const run = (what: string, id: string | null, work: () => Promise<string | null>) => {
    setTrouble(null);
    setBusy({ what, id });
    void work()
      .then((say) => {
        if (say !== null) setTrouble({ id, say, remedy: '' });
      })
      .catch((error: ApiError) => setTrouble({ id, say: error.message, remedy: error.remedy }))
      .finally(() => setBusy(null));
  };

  const bringBack = (which: readonly Which[], after?: () => void) =>
    run('undismiss', only(which), async () => {
      let changed = 0;
      for (const part of which) changed += (await undismiss.mutateAsync(part)).changed;
      if (changed === 0) return t.actions.notBack;
      toast({ text: t.actions.undismissed(changed) });
      after?.();
      return null;
    });

  return {
    trouble,
    clearTrouble: () => setTrouble(null),
    busy,
    retry: (message) =>
      run('retry', message.id, async () => {
        const result = await retry.mutateAsync({ ids: [message.id] });
        if ((result.sent ?? 0) === 0) return t.actions.notRetried(result.skipped[0]?.why ?? message.state);
        toast({ text: t.actions.retried(recipient(message)) });
        return null;
      }),
    dismiss: (which, after) =>
      run('dismiss', only(which), async () => {
        let changed = 0;
        for (const part of which) changed += (await dismiss.mutateAsync(part)).changed;
        if (changed === 0) return t.actions.notDismissed;
        let open = true;
        const undo = () => {
          if (!open) return;
          open = false;
          if (last.current === undo) last.current = null;
          bringBack(which);
        };
        last.current = undo;
        toast({ text: t.actions.dismissed(changed), undo });
        after?.();
        return null;
      }),
    undismiss: (ids, after) => bringBack([{ ids }], after),
    cancel: (message) =>
      run('cancel', message.id, async () => {
        const result = await cancel.mutateAsync({ ids: [message.id] });
        if (result.changed === 0) return t.actions.notCancelled(result.refused[0]?.why ?? message.state);
        toast({ text: t.actions.cancelled(recipient(message)) });
        return null;
      }),
    release: (message) =>
      run('release', message.id, async () => {
        const result = await release.mutateAsync({ ids: [message.id] });
        if (result.expired > 0) return t.actions.notReleasedExpired;
        if (result.asked > 0) return t.actions.notReleasedAsked;
        if (result.released === 0) return t.actions.notReleased;
        toast({ text: t.actions.released(recipient(message)) });
        return null;
      }),
    resolve: (message, as, after) =>
      run('resolve', message.id, async () => {
        await resolve.mutateAsync({ id: message.id, as });
        toast({ text: t.resolve[`${as}Done`](recipient(message)) });
        after?.();
        return null;
      }),
    undo: () => {
      if (last.current === null) toast({ text: t.actions.nothingToUndo });
      else last.current();
    },
    refuse: setTrouble,
  };
}

function only(which: readonly Which[]): string | null {
  const [one] = which;
  return which.length === 1 && one !== undefined && 'ids' in one && one.ids.length === 1
    ? (one.ids[0] ?? null)
    : null;
}
