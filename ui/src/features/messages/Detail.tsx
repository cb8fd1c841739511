/** What is known about one message: the parts that the drawer and the page are both made of. */
import type { Message, MessageDetail } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address, type Format } from '@/app/format';
import { paths } from '@/app/paths';
import { useFormat, useLineName } from '@/app/queries';
import { sentence } from '@/app/refusal';
import { channelWord, holdWord, stateSignal, stateWord } from '@/app/words';
import { AppLink, Aspect, CopyButton, FactRows, NextBox, Timeline } from '@/components';
import styles from './Detail.module.css';
import { story } from './story';
import { detailText as t } from './text';

/** Sentences of the core that go on after "Next:". Those that begin with a name keep their capital. */
function inside(sentence: string): string {
  return /^(Nothing|Waits|Leaves|Tried|Outside|The|On|Is)\b/.test(sentence)
    ? sentence.charAt(0).toLowerCase() + sentence.slice(1)
    : sentence;
}

/** The first thing said: what happens next, even when it is nothing. */
export function Next({ message }: { message: Message }) {
  const format = useFormat();
  const now = useNow();
  const open = ['queued', 'sending', 'held', 'unknown', 'needs_attention'].includes(message.state);
  const until = format.when(message.useful_until, now);
  const over = Date.parse(message.useful_until) <= now;
  // The remedy stands below, with the reason; once is enough.
  const remedy = message.failure === null ? '' : sentence(message.failure.remedy);
  const next = remedy === '' ? message.next : message.next.replace(` ${remedy}`, '');
  return (
    <NextBox detail={open ? (over ? t.wasUsefulUntil(until) : t.usefulUntil(until)) : undefined}>
      {t.next(inside(next))}
    </NextBox>
  );
}

/** Address and line, under the name. */
export function ToWhom({ message }: { message: Message }) {
  const line = useLineName()(message.connection);
  const channel = channelWord(message.channel);
  return (
    <>
      {message.name !== null && <span className={styles.line}>{address(message.to)}</span>}
      <span className={styles.line}>{line.startsWith(channel) ? line : t.by(channel, line)}</span>
    </>
  );
}

export function StateLine({ message }: { message: Pick<Message, 'state' | 'hold'> }) {
  const signal = stateSignal(message);
  const word = stateWord(message.state);
  const text =
    message.state === 'held' && message.hold !== null ? `${word}, ${holdWord(message.hold)}` : word;
  return signal === null ? <span>{text}</span> : <Aspect signal={signal} word={text} />;
}

/** Why it failed, in plain words, then what mends it; the code last and quiet. */
export function Why({ message }: { message: Message }) {
  const { failure } = message;
  if (failure === null) return null;
  return (
    <p className={styles.why}>
      <span>{sentence(failure.say)}</span> {sentence(failure.remedy)}{' '}
      {failure.code !== '' && <span className="mono ink3 nowrap">{failure.code}</span>}
    </p>
  );
}

export function Text({ message }: { message: MessageDetail }) {
  return (
    <>
      {message.subject !== null && <p className={styles.subject}>{message.subject}</p>}
      {message.body === '' ? (
        <p className="ink3">{t.noText}</p>
      ) : (
        <p className={styles.body}>{message.body}</p>
      )}
      {message.segments !== null && <p className="ink3 t12">{t.segments(message.segments)}</p>}
    </>
  );
}

/** 10:18:01, with the day in front when it is not the day before it. */
function times(items: readonly { at: string }[], format: Format, now: number): string[] {
  return items.map((item, i) => {
    const before = i === 0 ? now : (items[i - 1]?.at ?? now);
    const clock = format.seconds(item.at);
    return format.sameDay(item.at, before) ? clock : `${format.brief(item.at, 0)}, ${clock}`;
  });
}

export function Happened({ message }: { message: MessageDetail }) {
  const format = useFormat();
  const now = useNow();
  const line = useLineName();
  const items = story(message, line);
  const written = times(items, format, now);
  return (
    <Timeline
      label={t.sections.happened(format.zoneName(message.created_at))}
      items={items.map((item, i) => ({ ...item, time: written[i] ?? '' }))}
    />
  );
}

export function Facts({ message }: { message: MessageDetail }) {
  const format = useFormat();
  const line = useLineName();
  return (
    <FactRows
      labels={104}
      rows={[
        { label: t.facts.state, value: <StateLine message={message} /> },
        { label: t.facts.created, value: format.full(message.created_at) },
        ...(message.send_at === null ? [] : [{ label: t.facts.sendAt, value: format.full(message.send_at) }]),
        { label: t.facts.useful, value: format.full(message.useful_until) },
        {
          label: t.facts.line,
          value: <AppLink to={paths.line(message.connection)}>{line(message.connection)}</AppLink>,
        },
        ...(message.from === null ? [] : [{ label: t.facts.from, value: address(message.from) }]),
        { label: t.facts.tries, value: format.number(message.attempts) },
        ...(message.batch === null
          ? []
          : [
              {
                label: t.facts.batch,
                value: <AppLink to={paths.messages({ batch: message.batch })}>{t.facts.batchOpen}</AppLink>,
              },
            ]),
        {
          label: t.facts.id,
          value: (
            <span className={styles.copyRow}>
              <span className="mono">{message.id}</span>
              <CopyButton text={message.id} label={t.facts.copyId} />
            </span>
          ),
        },
      ]}
    />
  );
}
