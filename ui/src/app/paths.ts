/**
 * Every address of the application, written once. Filters live in the query: a list is a repeated key.
 * `asList`, `asText` and `asNumber` read them back in a route's `validateSearch`.
 */
import type { Channel, MessageState } from '@/api/generated';

export type Search = Record<string, string | string[] | undefined>;

/** `{state: ['held', 'queued'], q: 'ruth'}` as `?state=held&state=queued&q=ruth`. */
export function writeSearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) out.append(key, String(one));
  }
  const text = out.toString();
  return text === '' ? '' : `?${text}`;
}

export function readSearch(text: string): Search {
  const out: Search = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const old = out[key];
    out[key] = old === undefined ? value : Array.isArray(old) ? [...old, value] : [old, value];
  }
  return out;
}

/** A list out of the address, with only the values that are allowed; undefined when none is left. */
export function asList<T extends string>(value: unknown, allowed?: readonly T[]): T[] | undefined {
  const all = (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter(
    (one): one is T => typeof one === 'string' && (allowed === undefined || allowed.includes(one as T)),
  );
  return all.length === 0 ? undefined : all;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  const n = typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(n) ? n : undefined;
}

export interface MessageFilters {
  q?: string | undefined;
  state?: MessageState[] | undefined;
  channel?: Channel[] | undefined;
  connection?: string[] | undefined;
  batch?: string | undefined;
  cause?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  /** The message whose drawer is open. */
  message?: string | undefined;
}

/** Triage takes the same filters; a batch has its own screen. */
export type TriageFilters = Omit<MessageFilters, 'batch'>;

export const paths = {
  overview: () => '/',
  messages: (filters: MessageFilters = {}) => `/messages${writeSearch({ ...filters })}`,
  message: (id: string) => `/messages/${encodeURIComponent(id)}`,
  triage: (filters: TriageFilters = {}) => `/triage${writeSearch({ ...filters })}`,
  compose: (
    start: {
      to?: string | undefined;
      channel?: Channel | undefined;
      connection?: string | undefined;
      /** A file of recipients instead of one person; `batch` shows one that was started. */
      mode?: 'many' | undefined;
      batch?: string | undefined;
    } = {},
  ) => `/compose${writeSearch(start)}`,
  lines: () => '/lines',
  /** `act` opens the line's page with that dialog: reconnect, test, remove. */
  line: (id: string, act?: 'reconnect' | 'test' | 'remove') =>
    `/lines/${encodeURIComponent(id)}${writeSearch({ act })}`,
  connect: (provider?: string) => `/connect${writeSearch({ provider })}`,
  receipts: () => '/settings/receipts',
  settings: (section?: string) => `/settings${section === undefined ? '' : `#${section}`}`,
};
