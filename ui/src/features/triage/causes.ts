/** Which cause a message belongs to, and in what order causes stand. */
import { useRef } from 'react';
import type { Cause, Message } from '@/api/generated';

/** One failure may stand in both lists, failed and unknown: the core's key alone does not tell them apart. */
export function causeId(cause: Pick<Cause, 'key' | 'state'>): string {
  return `${cause.state} ${cause.key}`;
}

/**
 * The cause of a message: the same line, the same standing, the same failure. Null when the list of
 * causes does not have it (yet).
 */
export function causeOf(message: Message, causes: readonly Cause[]): string | null {
  const { failure } = message;
  const found = causes.find(
    (c) =>
      c.connection === message.connection &&
      c.state === message.state &&
      (failure === null
        ? c.state === 'unknown'
        : c.class === failure.class &&
          c.code === failure.code &&
          c.say === failure.say &&
          c.remedy === failure.remedy),
  );
  return found === undefined ? null : causeId(found);
}

/** Known ones keep their place, new ones come last: what people look at does not move under them. */
export function stableOrder(seen: Map<string, number>, causes: readonly Cause[]): Cause[] {
  for (const cause of causes) {
    const id = causeId(cause);
    if (!seen.has(id)) seen.set(id, seen.size);
  }
  return [...causes].sort((a, b) => (seen.get(causeId(a)) ?? 0) - (seen.get(causeId(b)) ?? 0));
}

export function useStableOrder(causes: readonly Cause[]): Cause[] {
  const seen = useRef(new Map<string, number>());
  return stableOrder(seen.current, causes);
}

/** Two causes may share the core's key. */
export function isAlone(cause: Cause, causes: readonly Cause[]): boolean {
  return causes.filter((c) => c.key === cause.key).length === 1;
}
