/**
 * What happened to a message, in order: the steps of its timeline and its attempts, told once. The core
 * writes an attempt's intent and end into the timeline too; the attempts say more, so they are told.
 */
import type { AttemptEntry, MessageDetail, Signal, TimelineEntry } from '@/api/generated';
import { duration, latency } from '@/app/format';
import type { TimelineItem } from '@/components';
import { redact } from './redact';
import { detailText as t } from './text';

type Item = Omit<TimelineItem, 'time'>;

const ofAttempts = new Set(['intent', 'accepted', 'refused', 'unknown']);
/** Shorter gaps between two tries are not worth a line. */
const WAIT_MS = 1_500;

function person(actor: string): string | null {
  if (actor === '' || ['core', 'provider', 'look-up', 'Signalbox'].includes(actor)) return null;
  return t.story.actors[actor] ?? t.story.by(actor.replace(/^api:/, ''));
}

/** A step of the core that has no words of its own here. */
function plainStep(what: string): string {
  const text = what.replace(/[_:]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const receiptMark: Record<string, Signal> = { delivered: 'clear', read: 'clear', failed: 'danger' };

const plain: Record<string, { text: string; mark?: TimelineItem['mark']; waiting?: boolean }> = {
  queued: { text: t.story.queued },
  released: { text: t.story.released },
  needs_attention: { text: t.story.needs_attention, mark: 'caution' },
  suppressed: { text: t.story.suppressed, mark: 'off' },
  asked: { text: t.story.asked, mark: 'unknown' },
  interrupted: { text: t.story.interrupted, mark: 'unknown' },
  expired: { text: t.story.expired, mark: 'off' },
  retried: { text: t.story.retried },
  cancelled: { text: t.story.cancelled, mark: 'off' },
  dismissed: { text: t.story.dismissed, mark: 'off' },
  undismissed: { text: t.story.undismissed },
  intent: { text: plainStep('intent'), mark: 'dot' },
  accepted: { text: plainStep('accepted'), mark: 'dot' },
  refused: { text: t.story.refused, mark: 'danger' },
  unknown: { text: t.story.unknown, mark: 'unknown' },
};

function step(entry: TimelineEntry, key: string, line: (id: string) => string): Item {
  const { what, detail } = entry;
  const base = { key, at: entry.at, mark: 'ring' as const };
  const who = person(entry.actor);
  const more = (own: string | null) =>
    [own === null ? null : redact(own), who].filter(Boolean).join(', ') || null;
  if (what.startsWith('receipt:')) {
    const status = what.slice('receipt:'.length);
    return {
      ...base,
      text: t.story.receipt(status),
      detail: more(detail),
      mark: receiptMark[status] ?? 'dot',
    };
  }
  if (what.startsWith('resolved')) {
    const as = what.split(':')[1] ?? detail ?? '';
    return { ...base, text: t.story.resolved[as] ?? plainStep(what), detail: who };
  }
  if (what === 'held') {
    const why = detail === null ? undefined : t.holds[detail];
    return {
      ...base,
      text: why === undefined ? t.story.heldPlain : t.story.held(why),
      detail: why === undefined ? more(detail) : who,
      waiting: true,
    };
  }
  if (what === 'released' && detail === 'scheduled')
    return { ...base, text: t.story.released, detail: t.story.itsTime };
  if (what === 'rerouted') return { ...base, text: t.story.rerouted(detail === null ? '' : line(detail)) };
  const known = plain[what];
  return { ...base, ...(known ?? { text: plainStep(what) }), detail: more(detail) };
}

function began(attempt: AttemptEntry, line: (id: string) => string): Item {
  return {
    key: `${attempt.id}-began`,
    at: attempt.intent_at,
    text: t.story.intent(attempt.n, line(attempt.connection)),
    detail: attempt.n === 1 ? t.story.recorded : null,
    mark: 'dot',
  };
}

function ended(attempt: AttemptEntry, message: MessageDetail, line: (id: string) => string): Item | null {
  if (attempt.ended_at === null) {
    return {
      key: `${attempt.id}-flying`,
      at: attempt.intent_at,
      text: t.story.flying,
      mark: 'unknown',
      waiting: true,
    };
  }
  const base = { key: `${attempt.id}-ended`, at: attempt.ended_at };
  const took = attempt.took_ms === null ? null : latency(attempt.took_ms);
  if (attempt.outcome === 'accepted') {
    return { ...base, text: t.story.accepted(line(attempt.connection)), detail: took, mark: 'dot' };
  }
  if (attempt.outcome === 'refused') {
    const same = attempt.code !== null && attempt.code === message.failure?.code ? message.failure.say : null;
    return {
      ...base,
      text: redact(attempt.detail ?? same ?? t.story.refused),
      detail: [attempt.code, took].filter(Boolean).join(', ') || null,
      mark: 'danger',
    };
  }
  return {
    ...base,
    text: t.story.unknown,
    detail: took === null ? null : t.story.unknownAfter(took),
    mark: 'unknown',
  };
}

/** Oldest first. */
export function story(message: MessageDetail, line: (id: string) => string): Item[] {
  const attempts = message.attempts_log;
  const steps = message.timeline
    .filter((entry) => attempts.length === 0 || !ofAttempts.has(entry.what))
    .map((entry, i) => step(entry, `step-${i}`, line));
  const tries = attempts.flatMap((attempt, i) => {
    const last = attempts[i - 1];
    const from = last?.ended_at ?? null;
    const wait = from === null ? 0 : Date.parse(attempt.intent_at) - Date.parse(from);
    const between = (at: string) => from !== null && at >= from && at <= attempt.intent_at;
    const told = message.timeline.some((entry) => !ofAttempts.has(entry.what) && between(entry.at));
    const waited: Item[] =
      from !== null && wait >= WAIT_MS && !told
        ? [
            {
              key: `${attempt.id}-wait`,
              at: from,
              text: t.story.waited(duration(wait)),
              mark: 'ring',
              waiting: true,
            },
          ]
        : [];
    return [...waited, began(attempt, line), ended(attempt, message, line)].filter((item) => item !== null);
  });
  // What was queued comes before what was tried; what follows an attempt's end comes after it.
  const order = [...steps.filter((s) => s.at <= (attempts[0]?.intent_at ?? '')), ...tries];
  const rest = steps.filter((s) => !order.includes(s));
  return [...order, ...rest]
    .map((item, i) => ({ item, i }))
    .sort((a, b) => (a.item.at < b.item.at ? -1 : a.item.at > b.item.at ? 1 : a.i - b.i))
    .map(({ item }) => item);
}
