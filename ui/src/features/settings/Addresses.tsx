/** People who asked not to be written to. */
import { useState } from 'react';
import type { Channel, Suppression } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address } from '@/app/format';
import { useFormat, useMutate, usePages } from '@/app/queries';
import { errorAt, errorBeside, refusalText } from '@/app/refusal';
import {
  Button,
  ConfirmDialog,
  ErrorState,
  Note,
  Select,
  SkeletonRows,
  Table,
  TextField,
  toast,
} from '@/components';
import { useRested } from '@/features/compose/useRested';
import { Part } from './parts';
import styles from './Settings.module.css';
import { settingsText } from './text';

const t = settingsText.addresses;
const channels: readonly Channel[] = ['sms', 'whatsapp', 'email'];

function Adder() {
  const suppress = useMutate('suppress');
  const [channel, setChannel] = useState<Channel>('sms');
  const [typed, setTyped] = useState('');
  const [why, setWhy] = useState('');
  const [tried, setTried] = useState(false);
  const beside = errorBeside(suppress.error, ['address', 'why']);
  const add = () => {
    setTried(true);
    if (typed.trim() === '' || why.trim() === '') return;
    suppress.mutate(
      { channel, address: typed.trim(), why: why.trim() },
      {
        onSuccess: (row) => {
          toast({ text: t.added(address(row.address)) });
          setTyped('');
          setWhy('');
          setTried(false);
        },
      },
    );
  };
  return (
    <form
      aria-label={t.add}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <div className={styles.adder}>
        <Select
          label={t.channel}
          value={channel}
          options={channels.map((c) => ({ value: c, label: t.channels[c] }))}
          onChange={setChannel}
        />
        <TextField
          label={t.address}
          value={typed}
          autoComplete="off"
          onChange={(text) => {
            suppress.reset();
            setTyped(text);
          }}
          error={
            errorAt(suppress.error, 'address') ?? (tried && typed.trim() === '' ? t.needed.address : null)
          }
        />
        <TextField
          label={t.why}
          value={why}
          autoComplete="off"
          hint={t.whyHint}
          onChange={(text) => {
            suppress.reset();
            setWhy(text);
          }}
          error={errorAt(suppress.error, 'why') ?? (tried && why.trim() === '' ? t.needed.why : null)}
        />
        <Button type="submit" busy={suppress.isPending}>
          {t.addNow}
        </Button>
      </div>
      {beside !== null && (
        <Note signal="danger" role="alert">
          {refusalText(beside)}
        </Note>
      )}
    </form>
  );
}

/** A provider says it by a code, a person in words. */
function sourceText(source: string): string {
  return /^\d+$/.test(source) ? t.byCode(source) : source;
}

export function Addresses() {
  const [q, setQ] = useState('');
  const wanted = useRested(q.trim());
  const list = usePages('suppressions', wanted === '' ? {} : { q: wanted }, { keep: true });
  const unsuppress = useMutate('unsuppress');
  const [asking, setAsking] = useState<Suppression | null>(null);
  const format = useFormat();
  const now = useNow();
  const shown = asking === null ? '' : address(asking.address);
  return (
    <Part id="addresses" say={t.say}>
      <Adder />
      {(list.rows.length > 0 || wanted !== '' || q !== '') && (
        <div className={styles.row}>
          <TextField
            label={t.search}
            hideLabel
            icon="search"
            type="search"
            placeholder={t.search}
            value={q}
            onChange={setQ}
          />
        </div>
      )}
      {list.error !== null && (
        <ErrorState
          error={list.error}
          title={t.failed}
          onRetry={list.refetch}
          busy={list.isFetching}
          compact
        />
      )}
      {list.isPending ? (
        list.error === null && <SkeletonRows label={t.reading} rows={3} />
      ) : list.rows.length === 0 ? (
        list.error === null && <p className="ink3">{wanted === '' ? t.none : t.noneFound(wanted)}</p>
      ) : (
        <Table
          label={t.label}
          rows={list.rows}
          rowKey={(row) => `${row.channel} ${row.address}`}
          columns={[
            { key: 'address', header: t.columns.address, rowHeader: true, render: (r) => address(r.address) },
            { key: 'channel', header: t.columns.channel, render: (r) => t.channels[r.channel] },
            { key: 'since', header: t.columns.since, render: (r) => format.brief(r.since, now) },
            { key: 'source', header: t.columns.source, render: (r) => sourceText(r.source) },
            {
              key: 'action',
              header: <span className="vh">{t.columns.action}</span>,
              align: 'end',
              render: (r) => (
                <Button
                  size="sm"
                  variant="quiet"
                  aria-label={t.removeOf(address(r.address))}
                  onClick={() => setAsking(r)}
                >
                  {t.remove}
                </Button>
              ),
            },
          ]}
        />
      )}
      {list.hasNext && (
        <div className={styles.inline}>
          <Button size="sm" busy={list.isFetching} onClick={list.loadNext}>
            {t.more}
          </Button>
        </div>
      )}
      <ConfirmDialog
        open={asking !== null}
        onClose={() => setAsking(null)}
        title={t.removeTitle(shown)}
        confirm={t.removeConfirm}
        busy={unsuppress.isPending}
        error={unsuppress.error}
        onConfirm={() => {
          if (asking === null) return;
          unsuppress.mutate(
            { channel: asking.channel, address: asking.address },
            {
              onSuccess: () => {
                toast({ text: t.removed(shown) });
                setAsking(null);
              },
            },
          );
        }}
      >
        <p className="prose">{t.removeSay}</p>
        {asking !== null && <p className="ink3">{sourceText(asking.source)}</p>}
      </ConfirmDialog>
    </Part>
  );
}
