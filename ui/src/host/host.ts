/** The seam between the screens and whatever runs the core: the Tauri window, or the headless HTTP board. */
import type { ArgsOf, CommandName, ErrorBody, LiveEvent, ResultOf } from '@/api/generated';
import { sentence } from '@/app/refusal';

/**
 * `live`: events arrive. `connecting`: not yet. `lost`: they did, or never will until the link is back.
 * `refused`: the core answers, but not to this page: it was started anew and its old key is worth nothing.
 */
export type LinkState = 'connecting' | 'live' | 'lost' | 'refused';

export interface Host {
  readonly kind: 'tauri' | 'http' | 'fixture';
  /** Rejects with an `ApiError`, never with anything else. */
  call<N extends CommandName>(name: N, args: ArgsOf<N>, signal?: AbortSignal): Promise<ResultOf<N>>;
  /** The live feed. After a break the host itself emits `gap`. Returns the way to stop. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  link(): LinkState;
  watchLink(listener: () => void): () => void;
  /** Tries a lost link at once instead of at its next turn. */
  reconnect(): void;
}

/** The core could not be reached at all: nothing is known about what it did. */
export const NOT_REACHABLE = 'not_reachable';
/** The page has no token, or an old one. */
export const UNAUTHORISED = 'unauthorized';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly remedy: string;
  readonly field: string | undefined;

  constructor(body: ErrorBody) {
    // The core's words stand in sentences of many shapes; on a screen they are sentences of their own.
    super(sentence(body.message));
    this.code = body.code;
    this.remedy = sentence(body.remedy);
    this.field = body.field;
  }
}

function isBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { code?: unknown }).code === 'string' &&
    typeof (value as { message?: unknown }).message === 'string'
  );
}

/** Takes `{error: {…}}`, a bare `{code, message, …}`, or a string, as the hosts deliver them. */
export function toApiError(cause: unknown, fallback: ErrorBody): ApiError {
  if (cause instanceof ApiError) return cause;
  const inner =
    typeof cause === 'object' && cause !== null && 'error' in cause
      ? (cause as { error: unknown }).error
      : cause;
  if (isBody(inner)) return new ApiError({ ...inner, remedy: inner.remedy ?? '' });
  return new ApiError(fallback);
}

/** A set of listeners, for hosts. */
export function makeListeners<T extends unknown[]>() {
  const all = new Set<(...args: T) => void>();
  return {
    add(listener: (...args: T) => void): () => void {
      all.add(listener);
      return () => {
        all.delete(listener);
      };
    },
    emit(...args: T): void {
      for (const listener of [...all]) listener(...args);
    },
    get size(): number {
      return all.size;
    },
  };
}
