/** Cells that the list of messages and triage share. */
import type { Cause, Message } from '@/api/generated';
import { address, type Format } from '@/app/format';
import { recipient } from '@/app/queries';
import { channelWord, holdWord, stateSignal, stateWord } from '@/app/words';
import { Aspect, type Column, TwoLines } from '@/components';
import styles from './cells.module.css';
import { messagesText as t } from './text';

export interface CellFacts {
  format: Format;
  now: number;
  lineName: (id: string) => string;
}

/** Ordered by it: when the message was accepted. */
export function timeColumn({ format, now }: CellFacts): Column<Message> {
  return {
    key: 'time',
    header: t.columns.time,
    width: '64px',
    render: (m) =>
      format.sameDay(m.created_at, now) ? (
        <time dateTime={m.created_at} className="ink2">
          {format.time(m.created_at)}
        </time>
      ) : (
        <time dateTime={m.created_at}>
          <TwoLines
            first={<span className="ink2">{format.brief(m.created_at, now)}</span>}
            second={format.time(m.created_at)}
          />
        </time>
      ),
  };
}

export function toColumn(width: string): Column<Message> {
  return {
    key: 'to',
    header: t.columns.to,
    width,
    render: (m) => (
      <TwoLines
        strong
        first={<span title={recipient(m)}>{recipient(m)}</span>}
        second={m.name === null ? null : address(m.to)}
      />
    ),
  };
}

export function channelColumn({ lineName }: CellFacts): Column<Message> {
  return {
    key: 'channel',
    header: t.columns.channel,
    width: 'minmax(136px, 0.7fr)',
    render: (m) => <TwoLines first={channelWord(m.channel)} second={lineName(m.connection)} />,
  };
}

export const triesColumn = ({ format }: CellFacts): Column<Message> => ({
  key: 'tries',
  header: t.columns.tries,
  width: '48px',
  align: 'end',
  render: (m) => format.number(m.attempts),
});

/** The core's sentence, over two lines. */
export function nextColumn(width: string): Column<Message> {
  return {
    key: 'next',
    header: t.columns.next,
    width,
    render: (m) => (
      <span className={styles.next} title={m.next}>
        {m.next}
      </span>
    ),
  };
}

/** In triage, where nothing happens by itself: what a message waits for, in a few words. */
export function settleColumn(width: string, causes: readonly Cause[]): Column<Message> {
  return {
    key: 'next',
    header: t.columns.next,
    width,
    render: (m) => {
      const cause = causes.find(
        (c) =>
          c.connection === m.connection &&
          c.state === m.state &&
          c.class === m.failure?.class &&
          c.code === m.failure.code,
      );
      const waits = m.state === 'needs_attention' || m.hold?.reason === 'asked';
      return cause !== undefined && waits ? (
        <span title={m.next}>
          <TwoLines first={t.waitsForYou} second={cause.status} />
        </span>
      ) : (
        <span className={styles.next} title={m.next}>
          {m.next}
        </span>
      );
    },
  };
}

/** Lamp and word; under it why it waits, why it failed, or since when it is so. */
export function stateColumn({ format, now }: CellFacts): Column<Message> {
  return {
    key: 'state',
    header: t.columns.state,
    width: 'minmax(134px, 0.8fr)',
    render: (m) => {
      const signal = stateSignal(m);
      const word = stateWord(m.state);
      const second =
        m.hold !== null
          ? holdWord(m.hold)
          : m.failure !== null && m.state !== 'unknown'
            ? m.failure.say
            : t.since(format.when(m.updated_at, now));
      return (
        <span className={styles.state}>
          {signal === null ? (
            <span className={styles.word}>{word}</span>
          ) : (
            <Aspect signal={signal} word={word} />
          )}
          <span className={styles.second} title={second}>
            {second}
          </span>
        </span>
      );
    },
  };
}

export function wrongColumn(): Column<Message> {
  return {
    key: 'wrong',
    header: t.columns.wrong,
    width: 'minmax(134px, 1.8fr)',
    render: (m) => (
      <TwoLines
        mono={m.failure !== null && m.failure.code !== ''}
        first={<span title={m.failure?.say}>{m.failure?.say ?? stateWord(m.state)}</span>}
        second={m.failure?.code ?? (m.state === 'unknown' ? t.noAnswer : null)}
      />
    ),
  };
}
