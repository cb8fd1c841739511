/** What a person has written so far. It stays while the window is open, so that a look elsewhere loses nothing. */
import { useRef, useState } from 'react';
import type { Channel, Connection, SendArgs } from '@/api/generated';
import type { Format } from '@/app/format';
import { fieldsOf, hasBraces } from './template';

/** Stands for "the first line that is clear": the core chooses. */
export const ANY_LINE = 'any';
/** Stands for several lines in an order of one's own. */
export const IN_ORDER = 'order';

export interface Draft {
  channel: Channel | null;
  line: string;
  /** The lines to try, one after the other, when `line` says so. */
  order: readonly string[];
  to: string;
  name: string;
  subject: string;
  body: string;
  /** Values of the text's fields other than `name`. */
  values: Record<string, string>;
  when: 'now' | 'later';
  /** As in the field: local, in the business's zone. */
  sendAt: string;
  usefulUntil: string;
}

export const EMPTY: Draft = {
  channel: null,
  line: ANY_LINE,
  order: [],
  to: '',
  name: '',
  subject: '',
  body: '',
  values: {},
  when: 'now',
  sendAt: '',
  usefulUntil: '',
};

let kept: Draft = EMPTY;

export function forgetDraft(): void {
  kept = EMPTY;
}

export interface Start {
  to?: string | undefined;
  channel?: Channel | undefined;
  connection?: string | undefined;
}

export function useDraft(start: Start): [Draft, (change: Partial<Draft>) => void] {
  const [draft, set] = useState<Draft>(() => ({
    ...kept,
    ...(start.to === undefined ? {} : { to: start.to }),
    ...(start.channel === undefined ? {} : { channel: start.channel }),
    ...(start.connection === undefined ? {} : { line: start.connection }),
  }));
  const change = (part: Partial<Draft>) =>
    set((old) => {
      kept = { ...old, ...part };
      return kept;
    });
  return [draft, change];
}

/** Channels that some line sends, in the order people know them. */
export function channelsOf(lines: readonly Connection[]): Channel[] {
  const all: Channel[] = ['sms', 'whatsapp', 'email'];
  return all.filter((channel) => lines.some((l) => l.channel === channel));
}

/** What was chosen, else what the recipient or the line suggests, else the first there is. */
export function channelOf(draft: Draft, lines: readonly Connection[]): Channel | null {
  const there = channelsOf(lines);
  const ofLine = lines.find((l) => l.id === draft.line)?.channel ?? null;
  if (ofLine !== null) return ofLine;
  if (draft.channel !== null && there.includes(draft.channel)) return draft.channel;
  if (draft.to.includes('@') && there.includes('email')) return 'email';
  return there[0] ?? null;
}

/** A local time from its field as an instant; null when it is none. */
export function instantOf(local: string, format: Format): string | null {
  return format.fromField(local.trim().replace(' ', 'T'));
}

export type Missing = 'to' | 'subject' | 'body' | 'sendAt' | `value:${string}`;

/** What has to be filled in before anything can be checked. */
export function missingOf(draft: Draft, channel: Channel | null): Missing[] {
  const out: Missing[] = [];
  if (draft.to.trim() === '') out.push('to');
  if (channel === 'email' && draft.subject.trim() === '') out.push('subject');
  if (draft.body.trim() === '') out.push('body');
  for (const field of textFields(draft, channel)) {
    const value = field === 'name' ? draft.name : (draft.values[field] ?? '');
    if (value.trim() === '') out.push(`value:${field}`);
  }
  if (draft.when === 'later' && draft.sendAt.trim() === '') out.push('sendAt');
  return out;
}

export function textFields(draft: Draft, channel: Channel | null): string[] {
  return fieldsOf(channel === 'email' ? draft.subject : '', draft.body);
}

function byLine({ line, order }: Draft): Pick<SendArgs, 'connection' | 'route'> {
  if (line === ANY_LINE) return {};
  return line === IN_ORDER ? { route: [...order] } : { connection: line };
}

export function sendArgs(draft: Draft, channel: Channel, format: Format): SendArgs {
  const texts = [channel === 'email' ? draft.subject : '', draft.body];
  const name = draft.name.trim();
  const fields = hasBraces(...texts)
    ? Object.fromEntries(
        fieldsOf(...texts).map((f) => [f, f === 'name' ? name : (draft.values[f] ?? '').trim()]),
      )
    : null;
  const at = draft.when === 'later' ? (instantOf(draft.sendAt, format) ?? draft.sendAt) : null;
  const until = draft.usefulUntil === '' ? null : (instantOf(draft.usefulUntil, format) ?? draft.usefulUntil);
  return {
    channel,
    to: draft.to.trim(),
    body: draft.body,
    ...(channel === 'email' ? { subject: draft.subject } : {}),
    ...(fields === null ? {} : { fields }),
    ...byLine(draft),
    ...(at === null ? {} : { send_at: at }),
    ...(until === null ? {} : { useful_until: until }),
    ...(name === '' ? {} : { name }),
  };
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `ui-${[...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The same request keeps its key, so that pressing Send again after a broken link never sends twice; a
 * changed request, or the next one after an accepted one, gets a new one.
 */
export function useIdempotencyKey(): { keyFor: (request: unknown) => string; done: () => void } {
  const held = useRef<{ of: string; key: string } | null>(null);
  return {
    keyFor: (request) => {
      const of = JSON.stringify(request);
      if (held.current?.of !== of) held.current = { of, key: newKey() };
      return held.current.key;
    },
    done: () => {
      held.current = null;
    },
  };
}
