/** What providers reported. What could not be processed stays here and can be tried again. */
import { useState } from 'react';
import type { Receipt } from '@/api/generated';
import { useNow } from '@/app/clock';
import { DASH } from '@/app/format';
import { paths } from '@/app/paths';
import { useFormat, useLineName, useMutate, usePages, useProviderName } from '@/app/queries';
import { refusalText, sentence } from '@/app/refusal';
import { Screen } from '@/app/Screen';
import {
  AppLink,
  Aspect,
  Button,
  type Column,
  DataGrid,
  Note,
  Segmented,
  TwoLines,
  toast,
} from '@/components';
import styles from './Settings.module.css';
import { settingsText } from './text';

const t = settingsText.receipts;
const key = (r: Receipt) => r.id;
const nameOf = (r: Receipt) => r.kind;

export function Receipts() {
  const [show, setShow] = useState<'dead' | 'all'>('dead');
  const list = usePages('receipts', show === 'dead' ? { state: 'dead', limit: 100 } : { limit: 100 });
  const replay = useMutate('receipts_replay');
  const lineName = useLineName();
  const provider = useProviderName();
  const format = useFormat();
  const now = useNow();
  const run = (ids?: string[]) =>
    replay.mutate(ids === undefined ? {} : { ids }, {
      onSuccess: (done) => toast({ text: t.done(format.number(done.replayed), done.still_dead) }),
    });
  const columns: Column<Receipt>[] = [
    {
      key: 'at',
      header: t.columns.at,
      width: '104px',
      render: (r) => <time dateTime={r.received_at}>{format.when(r.received_at, now)}</time>,
    },
    {
      key: 'line',
      header: t.columns.line,
      width: 'minmax(150px, 1fr)',
      render: (r) => (r.connection === null ? provider(r.provider) : lineName(r.connection)),
    },
    {
      key: 'kind',
      header: t.columns.kind,
      width: 'minmax(170px, 1.2fr)',
      render: (r) => <TwoLines first={r.kind} second={r.event_id} mono />,
    },
    {
      key: 'state',
      header: t.columns.state,
      width: 'minmax(200px, 1.4fr)',
      render: (r) =>
        r.state === 'dead' ? (
          <TwoLines
            first={<Aspect signal="caution" word={t.states.dead} size={12} />}
            second={r.error === null ? DASH : sentence(r.error)}
          />
        ) : (
          t.states[r.state]
        ),
    },
    {
      key: 'message',
      header: t.columns.message,
      width: '116px',
      hide: 'tiny',
      render: (r) =>
        r.message === null ? (
          <span className="ink3">{DASH}</span>
        ) : (
          <AppLink to={paths.message(r.message)} tabIndex={-1}>
            {t.open}
          </AppLink>
        ),
    },
    {
      key: 'action',
      header: <span className="vh">{t.columns.action}</span>,
      width: '132px',
      align: 'end',
      render: (r) =>
        r.state === 'dead' && (
          <Button
            size="sm"
            variant="quiet"
            tabIndex={-1}
            aria-label={t.againOf(r.kind)}
            busy={replay.isPending && replay.variables?.ids?.includes(r.id) === true}
            onClick={() => run([r.id])}
          >
            {t.again}
          </Button>
        ),
    },
  ];
  const anyDead = list.rows.some((r) => r.state === 'dead');
  return (
    <Screen
      title={t.title}
      crumbs={[{ label: settingsText.crumb, to: paths.settings('receipts') }]}
      surface="panes"
    >
      <div className={styles.wrap}>
        <div className={styles.bar}>
          <Segmented
            label={t.show.label}
            value={show}
            options={[
              { value: 'dead', label: t.show.dead },
              { value: 'all', label: t.show.all },
            ]}
            onChange={setShow}
          />
          <span className={styles.grow} />
          {anyDead && (
            <Button
              icon="retry"
              busy={replay.isPending && replay.variables?.ids === undefined}
              onClick={() => run()}
            >
              {t.againAll}
            </Button>
          )}
          {replay.error !== null && (
            <Note signal="danger" role="alert">
              <b>{t.failed}</b> {refusalText(replay.error)}
            </Note>
          )}
        </div>
        <div className={styles.grid}>
          <DataGrid
            label={t.label}
            pages={list}
            rowKey={key}
            rowName={nameOf}
            columns={columns}
            minWidth={820}
            empty={show === 'dead' ? t.noneDead : t.none}
          />
        </div>
      </div>
    </Screen>
  );
}
