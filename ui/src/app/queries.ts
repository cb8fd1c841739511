/**
 * The only way screens read and write. Nothing polls: a read stays good until one of its tags changes.
 */
import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { createContext, useContext, useMemo, useRef } from 'react';
import {
  type ArgsOf,
  type CommandName,
  type Connection,
  invalidates,
  type List,
  type Message,
  type ReadName,
  type ResultOf,
  type Settings,
  type Status,
  type WriteName,
} from '@/api/generated';
import { ApiError, type Host, NOT_REACHABLE } from '@/host/host';
import { address, type Format, makeFormat } from './format';
import type { Invalidator } from './live';
import { providerFallback } from './words';

export interface Core {
  host: Host;
  invalidator: Invalidator;
}

export const CoreContext = createContext<Core | null>(null);

export function useCore(): Core {
  const core = useContext(CoreContext);
  if (core === null) throw new Error('useCore is used outside of the application');
  return core;
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 5 * 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // The core is on this computer: the browser's opinion about the network says nothing about it.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

export interface ReadOptions {
  /** False waits, for example until there is something to ask for. */
  enabled?: boolean;
  /** True keeps the answer to the last arguments on screen while the next is read. */
  keep?: boolean;
}

/** Reads one command. `const { data, error, isPending, refetch } = useCommand('connection', { id })`. */
export function useCommand<N extends ReadName>(
  name: N,
  args: ArgsOf<N>,
  options: ReadOptions = {},
): UseQueryResult<ResultOf<N>, ApiError> {
  const { host } = useCore();
  return useQuery<ResultOf<N>, ApiError>({
    queryKey: [name, args],
    queryFn: ({ signal }) => host.call(name, args, signal),
    enabled: options.enabled ?? true,
    // The library takes functions as placeholders too, so it cannot see that our answers are none.
    placeholderData: (options.keep ? keepPreviousData : undefined) as undefined,
  });
}

/** Writes one command and makes what it changed old. `const pause = useMutate('pause'); pause.mutate({ id })`. */
export function useMutate<N extends WriteName>(name: N) {
  const { host, invalidator } = useCore();
  return useMutation<ResultOf<N>, ApiError, ArgsOf<N>>({
    mutationKey: [name],
    mutationFn: (args) => host.call(name, args),
    onSettled: (_data, error) => {
      // A call that never came back may have been done: read again either way.
      if (error === null || error.code === NOT_REACHABLE) invalidator.tags(invalidates[name]);
    },
  });
}

/** For calls outside of a render: undo in a toast, exports. */
export function useCall() {
  const { host, invalidator } = useCore();
  return async <N extends CommandName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>> => {
    const result = await host.call(name, args);
    if (name in invalidates) invalidator.tags(invalidates[name as WriteName]);
    return result;
  };
}

/** Commands that answer a keyset page. */
type PagedName = {
  [N in ReadName]: ResultOf<N> extends List<unknown> ? ('after' extends keyof ArgsOf<N> ? N : never) : never;
}[ReadName];

type RowOf<N extends PagedName> = ResultOf<N> extends List<infer T> ? T : never;

type Cursor = { after?: string; before?: string };

/** At most this many pages stay in memory, whichever way the list is read. */
export const MAX_PAGES = 5;

export interface Pages<T, R> {
  rows: T[];
  pages: R[];
  first: R | undefined;
  last: R | undefined;
  isPending: boolean;
  isFetching: boolean;
  error: ApiError | null;
  hasNext: boolean;
  hasPrevious: boolean;
  /** How many rows stand before the first one in memory; null when nobody counted. */
  offset: number | null;
  loadNext(): void;
  loadPrevious(): void;
  /** Back to the newest page. */
  restart(): void;
  refetch(): void;
}

/** Index of the first page's first row. Learns in `starts` where the next pages begin. */
export function placeOf(
  pages: readonly List<unknown>[],
  params: readonly Cursor[],
  starts: Map<string, number>,
): number | null {
  let before = 0;
  let first: number | null = null;
  for (let i = 0; i < pages.length && first === null; i += 1) {
    const param = params[i] ?? {};
    const size = pages[i]?.items.length ?? 0;
    const end = param.before === undefined ? undefined : starts.get(`before ${param.before}`);
    const known =
      param.after !== undefined
        ? starts.get(`after ${param.after}`)
        : param.before === undefined
          ? 0
          : end === undefined
            ? undefined
            : end - size;
    if (known !== undefined) first = Math.max(0, known - before);
    before += size;
  }
  if (first === null) return null;
  let at = first;
  for (const page of pages) {
    const prev = (page as { prev?: string | null }).prev;
    if (prev) starts.set(`before ${prev}`, at);
    at += page.items.length;
    if (page.next !== null) starts.set(`after ${page.next}`, at);
  }
  return first;
}

/**
 * Reads a long list page by page, both ways, with at most five pages in memory.
 * `const list = usePages('messages', { state: ['held'], limit: 100 })`, then `<DataGrid pages={list} …>`.
 */
export function usePages<N extends PagedName>(
  name: N,
  args: Omit<ArgsOf<N>, 'after' | 'before'>,
  options: ReadOptions = {},
): Pages<RowOf<N>, ResultOf<N>> {
  const { host } = useCore();
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: [name, args, 'pages'],
    queryFn: ({ pageParam, signal }: { pageParam: Cursor; signal: AbortSignal }) =>
      host.call(name, { ...args, ...pageParam } as ArgsOf<N>, signal),
    initialPageParam: {} as Cursor,
    getNextPageParam: (last: ResultOf<N>): Cursor | undefined => {
      const next = (last as List<unknown>).next;
      return next === null ? undefined : { after: next };
    },
    getPreviousPageParam: (first: ResultOf<N>): Cursor | undefined => {
      const prev = (first as { prev?: string | null }).prev ?? null;
      return prev === null ? undefined : { before: prev };
    },
    maxPages: MAX_PAGES,
    enabled: options.enabled ?? true,
    ...(options.keep ? { placeholderData: (old: unknown) => old as never } : {}),
  });
  const pages = query.data?.pages as ResultOf<N>[] | undefined;
  const rows = useMemo(() => {
    // A row that moved between two reads may stand on both of their pages.
    const seen = new Set<string>();
    const all: RowOf<N>[] = [];
    for (const page of pages ?? []) {
      for (const row of (page as List<RowOf<N>>).items) {
        const id = (row as { id?: string }).id;
        if (id !== undefined) {
          if (seen.has(id)) continue;
          seen.add(id);
        }
        all.push(row);
      }
    }
    return all;
  }, [pages]);

  // Where each cursor's page begins, so that a window that has moved on still knows its place.
  const starts = useRef(new Map<string, number>());
  const params = query.data?.pageParams as Cursor[] | undefined;
  const offset = useMemo(
    () => placeOf((pages ?? []) as List<unknown>[], params ?? [], starts.current),
    [pages, params],
  );
  return {
    rows,
    offset,
    pages: pages ?? [],
    first: pages?.[0],
    last: pages?.at(-1),
    isPending: query.isPending,
    isFetching: query.isFetching,
    error: query.error instanceof ApiError ? query.error : null,
    hasNext: query.hasNextPage,
    hasPrevious: query.hasPreviousPage,
    loadNext: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    loadPrevious: () => {
      if (query.hasPreviousPage && !query.isFetching) void query.fetchPreviousPage();
    },
    restart: () => void client.resetQueries({ queryKey: [name, args, 'pages'], exact: true }),
    refetch: () => void query.refetch(),
  };
}

/* What nearly every screen wants. */

export function useStatus(): Status | undefined {
  return useCommand('status', {}).data;
}

export function useSettings(): Settings | undefined {
  return useCommand('settings', {}).data;
}

export function useConnections(): Connection[] | undefined {
  return useCommand('connections', {}).data?.items;
}

/** The name a provider goes by: `useProviderName()('twilio')` is "Twilio". */
export function useProviderName(): (key: string) => string {
  const providers = useCommand('providers', {}).data?.items;
  return useMemo(() => {
    const names = new Map(providers?.map((p) => [p.key, p.name]));
    return (key: string) => names.get(key) ?? providerFallback(key);
  }, [providers]);
}

/** "Twilio, Reminders" for a connection's id; the id itself until the lines have been read. */
export function useLineName(): (id: string) => string {
  const lines = useConnections();
  const provider = useProviderName();
  return useMemo(() => {
    const names = new Map(lines?.map((l) => [l.id, `${provider(l.provider)}, ${l.name}`]));
    return (id: string) => names.get(id) ?? id;
  }, [lines, provider]);
}

/** Who a message is for, as people say it. */
export function recipient(message: Pick<Message, 'name' | 'to'>): string {
  return message.name ?? address(message.to);
}

/** The computer's own zone stands in only until the business's is known. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Formats in the business's zone. */
export function useFormat(): Format {
  const zone = useSettings()?.zone;
  return useMemo(() => makeFormat(zone ?? ownZone()), [zone]);
}
