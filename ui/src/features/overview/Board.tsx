/** All lines, always in the same order. Severity changes the lamp, never the place. */
import { useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Connection } from '@/api/generated';
import { address, age, DASH, duration, type Format, latency } from '@/app/format';
import { paths } from '@/app/paths';
import { useProviderName } from '@/app/queries';
import { sentence } from '@/app/refusal';
import { useShortcuts } from '@/app/shortcuts';
import { appText, words } from '@/app/text';
import { media, useMedia } from '@/app/useMedia';
import { channelWord, lineName, signalWord } from '@/app/words';
import {
  Button,
  ButtonLink,
  CheckStrip,
  commonWindow,
  cx,
  Lamp,
  Legend,
  Note,
  Section,
  SLOTS,
  type StripWindow,
  Tag,
  Tooltip,
  useRoving,
} from '@/components';
import styles from './Board.module.css';
import { overviewText as t } from './text';
import { lineAction, useLineCommand } from './useLineAction';

const legend = [
  {
    label: t.board.legend.answered,
    swatch: <path className={styles.legendAnswered} d="M2.5 3v7M5.5 3v7M8.5 3v7" />,
  },
  {
    label: t.board.legend.slow,
    swatch: <rect className={styles.legendSlow} x="4" y="2" width="2" height="8" />,
  },
  {
    label: t.board.legend.failed,
    swatch: <rect className={styles.legendFailed} x="4" y="0" width="2" height="10" />,
  },
  { label: t.board.legend.none, swatch: <path className={styles.legendNone} d="M0 9.5h10" /> },
];

export interface BoardProps {
  lines: readonly Connection[];
  format: Format;
  now: number;
}

/** "Reminders" and ", +1 555 010 0142"; the address alone where the name is only its beginning. */
export function account(line: Pick<Connection, 'name' | 'address'>): [name: string, rest: string] {
  if (line.address === null) return [line.name, ''];
  if (line.address.startsWith(line.name)) return [address(line.address), ''];
  return [line.name, `, ${address(line.address)}`];
}

interface RowProps {
  line: Connection;
  title: string;
  provider: string;
  window: StripWindow | null;
  format: Format;
  now: number;
  narrow: boolean;
  command: ReturnType<typeof useLineCommand>;
  roving: ReturnType<ReturnType<typeof useRoving>['rowProps']>;
  index: number;
  onOpen: () => void;
}

function Delivered({ line, format }: { line: Connection; format: Format }) {
  const { delivered, decided } = line.today;
  if (decided === 0) {
    return (
      <>
        <span className="ink3" aria-hidden="true">
          {DASH}
        </span>
        <span className="vh">{t.board.noneDecided}</span>
      </>
    );
  }
  const of = t.board.deliveredOf(format.number(delivered), format.number(decided));
  return (
    <Tooltip text={of}>
      {format.percent(delivered, decided)}
      <span className="vh">, {of}</span>
    </Tooltip>
  );
}

function Headroom({ line, format }: { line: Connection; format: Format }) {
  const { quota } = line.facets;
  if (!quota.knowable || quota.left === null) {
    return (
      <Tooltip text={t.board.notKnowableWhy}>
        <span className="ink3">{t.board.notKnowable}</span>
      </Tooltip>
    );
  }
  return t.board.left(
    format.number(quota.left),
    quota.of === null ? null : format.number(quota.of),
    quota.per,
  );
}

function Waiting({ line, format, now }: { line: Connection; format: Format; now: number }) {
  if (line.waiting === 0) return <span className="ink3">{format.number(0)}</span>;
  const oldest = line.oldest_waiting === null ? null : t.board.oldest(age(line.oldest_waiting, now));
  return (
    <Tooltip text={oldest}>
      <b className={styles.count}>{format.number(line.waiting)}</b>
      {oldest !== null && <span className="vh">, {oldest}</span>}
    </Tooltip>
  );
}

function Row({
  line,
  title,
  provider,
  window,
  format,
  now,
  narrow,
  command,
  roving,
  index,
  onOpen,
}: RowProps) {
  const action = lineAction(line);
  const label = t.board.actionFor(action.label, title);
  const [name, rest] = account(line);
  const slow = line.signal === 'caution' && line.reason?.code === 'slow';
  return (
    <tr
      {...roving}
      aria-rowindex={index + 2}
      className={styles.row}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('a,button')) onOpen();
      }}
    >
      <th scope="row">
        <span className={styles.line}>
          <Lamp signal={line.signal} silent />
          <span className={cx(styles.word, styles[line.signal])}>{signalWord(line.signal)}</span>
          <span className={styles.provider}>{provider}</span>
          <span className={styles.account}>
            <span className={styles.name}>{name}</span>
            <span className={styles.rest}>{rest}</span>
          </span>
          {line.environment !== 'production' && (
            <Tag icon={line.environment === 'practice' ? 'practice' : undefined}>
              <span className={cx(line.environment === 'practice' && styles.tagWord)}>
                {words.environment[line.environment]}
              </span>
            </Tag>
          )}
        </span>
      </th>
      {!narrow && <td className="ink2">{line.channel === null ? DASH : channelWord(line.channel)}</td>}
      <td>
        <CheckStrip checks={line.checks} window={window} format={format} />
      </td>
      <td className={styles.end}>
        <Delivered line={line} format={format} />
      </td>
      {!narrow && (
        <td className={styles.end}>
          {line.median_ms === null ? (
            <>
              <span className="ink3" aria-hidden="true">
                {DASH}
              </span>
              <span className="vh">{t.board.noMedian}</span>
            </>
          ) : (
            <span className={slow ? 'caution' : undefined}>{latency(line.median_ms)}</span>
          )}
        </td>
      )}
      <td>
        <Headroom line={line} format={format} />
      </td>
      <td className={styles.end}>
        <Waiting line={line} format={format} now={now} />
      </td>
      <td className={styles.end}>
        {line.last_good === null ? (
          <span className="ink3">{t.board.never}</span>
        ) : (
          <time dateTime={line.last_good}>{format.brief(line.last_good, now)}</time>
        )}
      </td>
      <td className={styles.end}>
        {action.kind === 'go' ? (
          <ButtonLink
            to={action.to}
            size="sm"
            variant={action.urgent ? 'default' : 'quiet'}
            tabIndex={-1}
            aria-label={label}
          >
            {action.label}
          </ButtonLink>
        ) : (
          <Button
            size="sm"
            variant="quiet"
            tabIndex={-1}
            aria-label={label}
            busy={command.running === line.id}
            onClick={() => command.run(action.command, line.id)}
          >
            {action.label}
          </Button>
        )}
      </td>
    </tr>
  );
}

export function Board({ lines, format, now }: BoardProps) {
  const router = useRouter();
  const provider = useProviderName();
  const narrow = useMedia(media.narrow);
  const command = useLineCommand();
  const window = useMemo(() => commonWindow(lines, now), [lines, now]);
  const groups = useMemo(
    () =>
      [
        { name: t.board.groups.messages, lines: lines.filter((l) => l.channel !== null) },
        { name: t.board.groups.other, lines: lines.filter((l) => l.channel === null) },
      ].filter((g) => g.lines.length > 0),
    [lines],
  );
  const keys = useMemo(() => groups.flatMap((g) => g.lines.map((l) => l.id)), [groups]);
  const open = (id: string) => router.history.push(paths.line(id));
  const roving = useRoving({ keys, onOpen: open });

  useShortcuts([
    { keys: 'j', label: appText.keys.move, group: 'lists', run: roving.focus },
    { keys: 'k', label: appText.keys.move, group: 'lists', run: roving.focus },
    { keys: 'j k', label: appText.keys.move, hint: appText.keys.short.move, group: 'lists' },
    { keys: 'enter', label: appText.keys.open, hint: appText.keys.short.open, group: 'lists' },
  ]);

  const failed = command.error === null ? undefined : lines.find((l) => l.id === command.failedFor);
  const columns = t.board.columns;
  // The span in whole quarters of an hour: the strip is as long as 60 checks take, about.
  const span =
    window === null ? null : Math.max(1, Math.round((window.to - window.from) / 900_000)) * 900_000;

  return (
    <Section
      className={styles.board}
      title={t.board.title}
      note={t.board.note(lines.length)}
      end={<Legend items={legend} />}
    >
      <div className={styles.scroll}>
        <table
          {...roving.gridProps}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is a grid: one tab stop, arrows inside
          role="grid"
          aria-label={t.board.title}
          aria-rowcount={lines.length + 1}
          className={styles.table}
        >
          <colgroup>
            <col />
            {!narrow && <col className={styles.colChannel} />}
            <col className={styles.colChecks} />
            <col className={styles.colDelivered} />
            {!narrow && <col className={styles.colMedian} />}
            <col className={styles.colHeadroom} />
            <col className={styles.colWaiting} />
            <col className={styles.colGood} />
            <col className={styles.colAction} />
          </colgroup>
          {groups.map((group, index) => (
            <tbody key={group.name}>
              <tr aria-rowindex={index === 0 ? 1 : undefined}>
                <th scope="col">{group.name}</th>
                {!narrow && <th scope="col">{columns.channel}</th>}
                <th scope="col">
                  {span === null ? columns.checks : columns.checksIn(SLOTS, duration(span))}
                </th>
                <th scope="col" className={styles.end}>
                  {columns.delivered}
                </th>
                {!narrow && (
                  <th scope="col" className={styles.end}>
                    {columns.median}
                  </th>
                )}
                <th scope="col">{columns.headroom}</th>
                <th scope="col" className={styles.end}>
                  {columns.waiting}
                </th>
                <th scope="col" className={styles.end}>
                  {columns.lastGood}
                </th>
                <th scope="col">
                  <span className="vh">{columns.action}</span>
                </th>
              </tr>
              {group.lines.map((line) => (
                <Row
                  key={line.id}
                  line={line}
                  title={lineName(line, provider(line.provider))}
                  provider={provider(line.provider)}
                  window={window}
                  format={format}
                  now={now}
                  narrow={narrow}
                  command={command}
                  roving={roving.rowProps(line.id)}
                  index={keys.indexOf(line.id)}
                  onOpen={() => open(line.id)}
                />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {failed !== undefined && command.error !== null && (
        <Note signal="danger" role="alert">
          <b>
            {lineName(failed, provider(failed.provider))}: {sentence(command.error.message)}
          </b>{' '}
          {sentence(command.error.remedy)}
        </Note>
      )}
    </Section>
  );
}
