/**
 * From events to refetches. A tag makes every read that provides it old; reads on screen are read
 * again, the first at once, then at most every 100 ms. A read that is under way when its tag changes
 * is read once more when it has ended: its answer may be from before the change.
 */
import type { Query, QueryClient } from '@tanstack/react-query';
import { type LiveEvent, provides, type ReadName, type Tag } from '@/api/generated';
import type { Host } from '@/host/host';

const PAUSE_MS = 100;

/** `null` stands for everything. */
type Dirt = { tags: Set<Tag>; messages: Set<string>; all: boolean };

function isRead(name: unknown): name is ReadName {
  return typeof name === 'string' && name in provides;
}

function concerns(query: Query, dirt: Dirt): boolean {
  const [name, args] = query.queryKey;
  if (!isRead(name)) return false;
  if (dirt.all) return true;
  const tags: readonly Tag[] = provides[name];
  if (tags.some((tag) => dirt.tags.has(tag))) return true;
  if (name !== 'message' || typeof args !== 'object' || args === null) return false;
  return dirt.messages.has((args as { id: string }).id);
}

export interface Invalidator {
  tags(tags: readonly Tag[]): void;
  event(event: LiveEvent): void;
  stop(): void;
}

export function makeInvalidator(client: QueryClient, page: Document = document): Invalidator {
  let dirt: Dirt = { tags: new Set(), messages: new Set(), all: false };
  let waiting = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = new Set<string>();

  const isClean = () => !dirt.all && dirt.tags.size === 0 && dirt.messages.size === 0;

  const flush = () => {
    if (isClean() || page.visibilityState === 'hidden') return;
    const now = dirt;
    dirt = { tags: new Set(), messages: new Set(), all: false };
    for (const query of client.getQueryCache().getAll()) {
      if (!concerns(query, now)) continue;
      if (query.state.fetchStatus === 'fetching') again.add(query.queryHash);
      else void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
  };

  const soon = () => {
    if (waiting) return;
    flush();
    waiting = true;
    timer = setTimeout(() => {
      waiting = false;
      if (!isClean()) soon();
    }, PAUSE_MS);
  };

  const stopCache = client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated') return;
    if (event.action.type !== 'success' && event.action.type !== 'error') return;
    if (!again.delete(event.query.queryHash)) return;
    const key = event.query.queryKey;
    queueMicrotask(() => void client.invalidateQueries({ queryKey: key, exact: true }));
  });

  const onVisible = () => {
    if (page.visibilityState !== 'hidden') soon();
  };
  page.addEventListener('visibilitychange', onVisible);

  return {
    tags(tags) {
      for (const tag of tags) dirt.tags.add(tag);
      soon();
    },
    event(event) {
      if (event.type === 'gap') dirt.all = true;
      else if (event.type === 'message') dirt.messages.add(event.id);
      else for (const tag of event.tags) dirt.tags.add(tag);
      soon();
    },
    stop() {
      clearTimeout(timer);
      stopCache();
      page.removeEventListener('visibilitychange', onVisible);
    },
  };
}

export function connectLive(host: Host, invalidator: Invalidator): () => void {
  const stop = host.subscribe((event) => invalidator.event(event));
  return () => {
    stop();
    invalidator.stop();
  };
}
