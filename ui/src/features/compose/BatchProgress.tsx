/** One batch on its way out. It is read again when a message of it moves; nothing polls. */
import { type ReactNode, useState } from 'react';
import type { Batch } from '@/api/generated';
import { paths } from '@/app/paths';
import { useCommand, useFormat, useMutate } from '@/app/queries';
import { sentence } from '@/app/refusal';
import {
  Button,
  ButtonLink,
  ConfirmDialog,
  cx,
  ErrorState,
  KeyFacts,
  Progress,
  Section,
  SkeletonRows,
  Table,
  Tag,
  toast,
} from '@/components';
import { BatchList } from './BatchList';
import styles from './Compose.module.css';
import { badRowsCsv } from './csv';
import { saveText } from './download';
import many from './Many.module.css';
import { Block } from './parts';
import { composeText as t } from './text';

/** Messages of a batch that have left, and all it has. Rows that were refused are none. */
export function progressOf(b: Batch): { left: number; all: number } {
  const left = b.sent + b.delivered + b.failed + b.unknown;
  return { left, all: left + b.waiting + b.cancelled };
}

const facts = ['waiting', 'sent', 'delivered', 'failed', 'unknown', 'cancelled'] as const;

export function BatchProgress({ id, header }: { id: string; header: ReactNode }) {
  const { data, error, isFetching, refetch } = useCommand('batch', { id });
  const cancel = useMutate('batch_cancel');
  const [asking, setAsking] = useState(false);
  const format = useFormat();
  const body = () => {
    if (data === undefined) {
      return error === null ? (
        <SkeletonRows label={t.batch.reading} rows={3} />
      ) : (
        <ErrorState
          error={error}
          title={t.batch.failed}
          onRetry={() => void refetch()}
          busy={isFetching}
          compact
        />
      );
    }
    const { left, all } = progressOf(data);
    const shown = facts.filter((f) => data[f] > 0 || f === 'waiting' || f === 'delivered');
    return (
      <div className={many.progress}>
        <div className={many.wide}>
          <div className={many.batchHead}>
            <h2>{data.name}</h2>
            <Tag>{t.batch.state[data.state]}</Tag>
          </div>
          <p className="ink3 t12">{t.batch.made(format.full(data.created_at))}</p>
        </div>
        <div className={many.wide}>
          <Progress
            label={t.batch.label}
            value={left + data.cancelled}
            max={Math.max(1, all)}
            text={t.batch.progress(format.number(left), format.number(all))}
          />
        </div>
        <KeyFacts facts={shown.map((f) => ({ value: format.number(data[f]), label: t.batch.facts[f] }))} />
        <div className={styles.row}>
          <ButtonLink to={paths.messages({ batch: id })} icon="messages">
            {t.batch.open}
          </ButtonLink>
          {data.state === 'running' && data.waiting > 0 && (
            <Button onClick={() => setAsking(true)}>{t.batch.cancel(format.number(data.waiting))}</Button>
          )}
          <ButtonLink to={paths.compose({ mode: 'many' })} variant="quiet" icon="upload">
            {t.batch.another}
          </ButtonLink>
        </div>
        {data.bad.length > 0 && (
          <Section
            level={2}
            title={t.batch.badTitle}
            note={t.batch.bad(Math.max(data.bad.length, data.total - all))}
            className={many.wide}
            end={
              <Button
                size="sm"
                variant="link"
                onClick={() => saveText(t.csv.badFile(data.name), badRowsCsv(null, data.bad, t.csv.heads))}
              >
                {t.csv.download(format.number(data.bad.length))}
              </Button>
            }
          >
            <Table
              label={t.batch.badTitle}
              rows={data.bad.slice(0, 20)}
              rowKey={(b) => String(b.row)}
              columns={[
                { key: 'row', header: t.batch.columns.row, render: (b) => format.number(b.row) },
                { key: 'column', header: t.batch.columns.column, render: (b) => b.column || t.csv.whole },
                { key: 'value', header: t.batch.columns.value, render: (b) => b.value },
                { key: 'why', header: t.batch.columns.why, render: (b) => sentence(b.why) },
                { key: 'mend', header: t.batch.columns.mend, render: (b) => sentence(b.mend) },
              ]}
            />
          </Section>
        )}
        <ConfirmDialog
          open={asking}
          onClose={() => setAsking(false)}
          title={t.batch.cancelTitle(data.waiting)}
          confirm={t.batch.cancelConfirm(format.number(data.waiting))}
          cancel={t.batch.keep}
          variant="danger"
          busy={cancel.isPending}
          error={cancel.error}
          onConfirm={() =>
            cancel.mutate(
              { id },
              {
                onSuccess: (after) => {
                  setAsking(false);
                  toast({ text: t.batch.cancelled(after.cancelled) });
                },
              },
            )
          }
        >
          <p className="prose">{t.batch.cancelSay(left)}</p>
        </ConfirmDialog>
      </div>
    );
  };
  return (
    <div className={cx(styles.left, styles.whole)}>
      <Block title={t.blocks.batch}>
        <div className={styles.row}>{header}</div>
        {body()}
      </Block>
      <Block title={t.blocks.batches}>
        <BatchList />
      </Block>
    </div>
  );
}
