/**
 * The list under the filters, and what it does not show: how far a search got, and that newer results
 * have left the memory.
 */
import type { ReactNode } from 'react';
import type { Message, MessageList as Page } from '@/api/generated';
import { useNow } from '@/app/clock';
import { type Pages, recipient, useFormat } from '@/app/queries';
import { Button, type Column, DataGrid, type Selection } from '@/components';
import styles from './MessageList.module.css';
import { messagesText as t } from './text';

export interface MessageListProps {
  label: string;
  list: Pages<Message, Page>;
  columns: readonly Column<Message>[];
  open: string | null;
  onOpen: (message: Message) => void;
  onClose: () => void;
  selection?: Selection | undefined;
  empty: ReactNode;
  emptyAction?: ReactNode;
  isQuiet?: ((message: Message) => boolean) | undefined;
}

const keyOf = (m: Message) => m.id;

export function MessageList({
  label,
  list,
  columns,
  open,
  onOpen,
  onClose,
  selection,
  empty,
  emptyAction,
  isQuiet,
}: MessageListProps) {
  const format = useFormat();
  const now = useNow();
  const stopped = list.last?.searched_until ?? null;
  const back = stopped === null ? null : format.when(stopped, now);
  const further = (
    <Button size="sm" busy={list.isFetching} onClick={list.loadNext} disabled={!list.hasNext}>
      {list.isFetching ? t.goingOn : t.goOn}
    </Button>
  );
  // A search goes on only when asked: it may have the whole history before it.
  const pages = stopped === null ? list : { ...list, hasNext: false };
  const left = !list.hasPrevious && (list.offset ?? 0) > 0;
  const none = list.rows.length === 0;

  return (
    <div className={styles.list}>
      {left && (
        <p className={styles.bar} role="status">
          <span>{t.newerLeft}</span>
          <Button size="sm" onClick={list.restart}>
            {t.toNewest}
          </Button>
        </p>
      )}
      <div className={styles.grid}>
        <DataGrid<Message>
          label={label}
          pages={pages}
          rowKey={keyOf}
          rowName={recipient}
          columns={columns}
          total={list.first?.total ?? null}
          selection={selection}
          open={open}
          onOpen={onOpen}
          onClose={onClose}
          isQuiet={isQuiet}
          empty={back === null ? empty : t.noneBackTo(back)}
          emptyAction={back === null ? emptyAction : further}
        />
      </div>
      {back !== null && !none && (
        <p className={styles.bar} role="status">
          <span>{t.backTo(back)}</span>
          {further}
        </p>
      )}
    </div>
  );
}
