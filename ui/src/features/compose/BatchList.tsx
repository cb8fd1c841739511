/** Batches made before, newest first. */
import type { Batch } from '@/api/generated';
import { useNow } from '@/app/clock';
import { paths } from '@/app/paths';
import { useCommand, useFormat } from '@/app/queries';
import { AppLink, ErrorState, SkeletonRows, Table } from '@/components';
import { composeText as t } from './text';

const words = t.batch.list;
/** What fits the page; older ones are found among the messages. */
const SHOWN = 20;

export function BatchList() {
  const { data, error, isFetching, refetch } = useCommand('batches', {});
  const format = useFormat();
  const now = useNow();
  if (data === undefined) {
    return error === null ? (
      <SkeletonRows label={words.reading} rows={3} />
    ) : (
      <ErrorState
        error={error}
        title={words.failedRead}
        onRetry={() => void refetch()}
        busy={isFetching}
        compact
      />
    );
  }
  if (data.items.length === 0) return <p className="ink3">{words.none}</p>;
  const number = (pick: (b: Batch) => number) => (b: Batch) => {
    const n = pick(b);
    return n === 0 ? <span className="ink3">{format.number(0)}</span> : format.number(n);
  };
  return (
    <Table
      label={words.label}
      rows={data.items.slice(0, SHOWN)}
      rowKey={(b) => b.id}
      columns={[
        {
          key: 'name',
          header: words.name,
          rowHeader: true,
          render: (b) => <AppLink to={paths.compose({ mode: 'many', batch: b.id })}>{b.name}</AppLink>,
        },
        { key: 'made', header: words.made, render: (b) => format.when(b.created_at, now) },
        { key: 'state', header: words.state, render: (b) => t.batch.state[b.state] },
        { key: 'total', header: words.total, align: 'end', render: (b) => format.number(b.total) },
        { key: 'waiting', header: words.waiting, align: 'end', render: number((b) => b.waiting) },
        { key: 'delivered', header: words.delivered, align: 'end', render: number((b) => b.delivered) },
        {
          key: 'failed',
          header: words.failed,
          align: 'end',
          render: (b) => (b.failed > 0 ? <span className="danger">{format.number(b.failed)}</span> : '0'),
        },
      ]}
    />
  );
}
