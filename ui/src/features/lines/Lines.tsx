/** Every line, always in the same order, and what can be done with each. */
import { useRouter } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { Connection } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address, age, DASH } from '@/app/format';
import { paths } from '@/app/paths';
import { useCommand, useFormat, useLineName } from '@/app/queries';
import { refusalText, sentence } from '@/app/refusal';
import { Screen } from '@/app/Screen';
import { words } from '@/app/text';
import { channelWord } from '@/app/words';
import {
  ButtonLink,
  type Column,
  cx,
  DataGrid,
  type GridPages,
  IconButton,
  Lamp,
  Menu,
  Note,
  rowsOnly,
  Tag,
  TwoLines,
} from '@/components';
import styles from './Lines.module.css';
import { linesText as t } from './text';
import { actsOf, type LineActions, useLineActions } from './useLineActions';
import { lineState } from './verdict';

function LineMenu({ line, name, actions }: { line: Connection; name: string; actions: LineActions }) {
  const router = useRouter();
  const acts = actsOf(line);
  return (
    <Menu
      align="end"
      trigger={
        <IconButton
          icon="more"
          size="sm"
          tabIndex={-1}
          label={t.actionsOf(name)}
          aria-busy={actions.running?.id === line.id || undefined}
        />
      }
      items={[
        { label: t.actions.open, onSelect: () => router.history.push(paths.line(line.id)) },
        ...acts.map((act) => ({ label: t.actions[act], onSelect: () => actions.run(act, line) })),
        ...(line.can.includes('test')
          ? [{ label: t.actions.test, onSelect: () => router.history.push(paths.line(line.id, 'test')) }]
          : []),
        ...(line.can.includes('reconnect')
          ? [
              {
                label: t.actions.reconnect,
                onSelect: () => router.history.push(paths.line(line.id, 'reconnect')),
              },
            ]
          : []),
        ...(line.can.includes('remove')
          ? [
              '-' as const,
              {
                label: t.actions.remove,
                danger: true,
                onSelect: () => router.history.push(paths.line(line.id, 'remove')),
              },
            ]
          : []),
      ]}
    />
  );
}

const key = (line: Connection) => line.id;

export function Lines() {
  const router = useRouter();
  const { data, error, isPending, isFetching, refetch } = useCommand('connections', {});
  const health = useCommand('health', {});
  const lineName = useLineName();
  const format = useFormat();
  const now = useNow();
  const actions = useLineActions();
  const lines = data?.items ?? [];
  const next = useMemo(
    () => new Map(health.data?.items.map((h) => [h.connection, h.next_check])),
    [health.data],
  );
  const pages: GridPages<Connection> = {
    ...rowsOnly(lines),
    isPending,
    isFetching,
    error: error ?? null,
    refetch: () => void refetch(),
  };
  const nameOf = useCallback((line: Connection) => lineName(line.id), [lineName]);

  const columns: Column<Connection>[] = [
    {
      key: 'line',
      header: t.columns.line,
      width: 'minmax(270px, 1.9fr)',
      render: (l) => (
        <span className={styles.first}>
          <span className={styles.lamp}>
            <Lamp signal={l.signal} />
          </span>
          <TwoLines
            first={
              <span className={styles.names}>
                <b>{lineName(l.id)}</b>
                {l.environment !== 'production' && (
                  <Tag icon={l.environment === 'practice' ? 'practice' : undefined}>
                    {words.environment[l.environment]}
                  </Tag>
                )}
              </span>
            }
            second={l.address === null ? DASH : address(l.address)}
          />
        </span>
      ),
    },
    {
      key: 'channel',
      header: t.columns.channel,
      width: '88px',
      hide: 'narrow',
      render: (l) => (l.channel === null ? DASH : channelWord(l.channel)),
    },
    {
      key: 'state',
      header: t.columns.state,
      width: 'minmax(190px, 1fr)',
      render: (l) => (
        <TwoLines
          first={
            <span
              className={cx(l.signal === 'danger' && styles.danger, l.signal === 'caution' && styles.caution)}
            >
              {lineState(l)} <span className="ink3">{t.since(format.when(l.since, now))}</span>
            </span>
          }
          second={l.reason === null ? t.lasts(age(l.since, now)) : sentence(l.reason.say)}
        />
      ),
    },
    {
      key: 'waiting',
      header: t.columns.waiting,
      width: '72px',
      align: 'end',
      render: (l) => (
        <span className={l.waiting > 0 ? styles.count : 'ink3'}>{format.number(l.waiting)}</span>
      ),
    },
    {
      key: 'good',
      header: t.columns.good,
      width: '84px',
      align: 'end',
      render: (l) =>
        l.last_good === null ? (
          <span className="ink3">{t.never}</span>
        ) : (
          <time dateTime={l.last_good}>{format.brief(l.last_good, now)}</time>
        ),
    },
    {
      key: 'next',
      header: t.columns.next,
      width: '92px',
      align: 'end',
      hide: 'tiny',
      render: (l) => {
        const at = next.get(l.id) ?? null;
        return at === null || l.signal === 'off' ? (
          <span className="ink3">{DASH}</span>
        ) : (
          <time dateTime={at}>{format.brief(at, now)}</time>
        );
      },
    },
    {
      key: 'actions',
      header: <span className="vh">{t.columns.actions}</span>,
      width: '48px',
      align: 'end',
      render: (l) => <LineMenu line={l} name={lineName(l.id)} actions={actions} />,
    },
  ];
  const { failed } = actions;
  return (
    <Screen
      title={t.title}
      surface="panes"
      actions={
        <ButtonLink to={paths.connect()} icon="connect">
          {t.connect}
        </ButtonLink>
      }
    >
      <div className={styles.wrap}>
        {failed !== null && (
          <Note signal="danger" role="alert" className={styles.note}>
            <b>{t.failed(lineName(failed.id))}</b> {refusalText(failed.error)}
          </Note>
        )}
        <div className={styles.grid}>
          <DataGrid
            label={t.label}
            pages={pages}
            total={data === undefined ? null : lines.length}
            rowKey={key}
            rowName={nameOf}
            columns={columns}
            minWidth={720}
            onOpen={(l) => router.history.push(paths.line(l.id))}
            empty={t.none}
            emptyAction={<ButtonLink to={paths.connect()}>{t.connect}</ButtonLink>}
          />
        </div>
      </div>
    </Screen>
  );
}
