/**
 * A long list: read in keyset pages, drawn only where it is looked at, one tab stop. New rows above
 * never move what is on screen unless the list stands at its very top and nobody is in it.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useShortcuts } from '@/app/shortcuts';
import { appText } from '@/app/text';
import { media, useMedia } from '@/app/useMedia';
import type { ApiError } from '@/host/host';
import { Button } from './Button';
import { Checkbox } from './Choice';
import { cx } from './classes';
import styles from './DataGrid.module.css';
import { Note } from './Note';
import { EmptyState, ErrorState, SkeletonRows } from './States';
import { partText } from './text';
import { useRoving } from './useRoving';
import type { Selection } from './useSelection';

export interface Column<T> {
  key: string;
  header: ReactNode;
  /** A grid track: "134px", "minmax(160px, 1.4fr)". */
  width: string;
  align?: 'start' | 'end' | undefined;
  /** Left out at 1120 px and below (narrow), or 860 px and below (tiny). */
  hide?: 'narrow' | 'tiny' | undefined;
  render: (row: T) => ReactNode;
}

/** What `usePages` answers; a plain array fits with `rowsOnly`. */
export interface GridPages<T> {
  rows: readonly T[];
  isPending: boolean;
  isFetching: boolean;
  error: ApiError | null;
  hasNext: boolean;
  hasPrevious: boolean;
  loadNext(): void;
  loadPrevious(): void;
  refetch(): void;
  /** Index of the first row in the whole list, when it is known. */
  offset?: number | null | undefined;
}

/** For a list that came whole. */
export function rowsOnly<T>(rows: readonly T[]): GridPages<T> {
  return {
    rows,
    isPending: false,
    isFetching: false,
    error: null,
    hasNext: false,
    hasPrevious: false,
    loadNext() {},
    loadPrevious() {},
    refetch() {},
    offset: 0,
  };
}

export interface DataGridProps<T> {
  /** The accessible name: "Failed messages". */
  label: string;
  pages: GridPages<T>;
  rowKey: (row: T) => string;
  /** What a row is called, for its tick box: the recipient. */
  rowName: (row: T) => string;
  columns: readonly Column<T>[];
  /** 46 for two-line rows (the default), 33 for one. */
  rowHeight?: 33 | 46 | undefined;
  /** All rows there are, or null when that is not cheap to know. */
  total?: number | null | undefined;
  selection?: Selection | undefined;
  /** The row whose drawer is open. */
  open?: string | null | undefined;
  onOpen?: ((row: T) => void) | undefined;
  /** Esc on a row. */
  onClose?: (() => void) | undefined;
  empty: ReactNode;
  emptyAction?: ReactNode;
  /** Below this width the list scrolls sideways. */
  minWidth?: number | undefined;
  /** Quiet rows: dismissed ones, for example. */
  isQuiet?: ((row: T) => boolean) | undefined;
}

const HEAD = 29;
const NEAR = 20;

export function DataGrid<T>({
  label,
  pages,
  rowKey,
  rowName,
  columns,
  rowHeight = 46,
  total,
  selection,
  open,
  onOpen,
  onClose,
  empty,
  emptyAction,
  minWidth = 640,
  isQuiet,
}: DataGridProps<T>) {
  const narrow = useMedia(media.narrow);
  const tiny = useMedia(media.tiny);
  const scroll = useRef<HTMLDivElement>(null);
  const { rows, hasNext, hasPrevious, isFetching, loadNext, loadPrevious } = pages;
  const keys = useMemo(() => rows.map(rowKey), [rows, rowKey]);
  const byKey = (key: string) => rows[keys.indexOf(key)];

  const shown = columns.filter((c) => !(c.hide === 'narrow' && narrow) && !(c.hide !== undefined && tiny));
  const tracks = [...(selection ? ['34px'] : []), ...shown.map((c) => c.width)].join(' ');

  const openRow = (key: string) => {
    const row = byKey(key);
    if (row !== undefined) onOpen?.(row);
  };

  const roving = useRoving({
    keys,
    page: Math.max(1, Math.floor((scroll.current?.clientHeight ?? 400) / rowHeight) - 1),
    scrollTo: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
    onOpen: onOpen ? openRow : undefined,
    onClose,
    onToggle: selection ? (key) => selection.toggle(key) : undefined,
    onRange: selection ? (key) => selection.range(key, keys) : undefined,
  });
  const activeIndex = roving.active === null ? -1 : keys.indexOf(roving.active);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keys[index] ?? index,
    overscan: 12,
    // Rows are drawn in the next frame; forcing them inside of a render is what React warns about.
    useFlushSync: false,
    scrollPaddingEnd: HEAD,
    // The row with the tab stop stays mounted, or the focus would fall out of the list.
    rangeExtractor: (range) => {
      const from = Math.max(0, range.startIndex - range.overscan);
      const to = Math.min(range.count - 1, range.endIndex + range.overscan);
      const out: number[] = [];
      for (let i = from; i <= to; i += 1) out.push(i);
      if (activeIndex >= 0 && (activeIndex < from || activeIndex > to)) out.push(activeIndex);
      return out.sort((a, b) => a - b);
    },
  });
  const items = virtual.getVirtualItems();

  // What stood at the top edge stays there when rows come or go above it.
  const anchor = useRef<{ key: string; inside: number } | null>(null);
  useLayoutEffect(() => {
    const node = scroll.current;
    const held = anchor.current;
    if (node === null || held === null) return;
    const within = node.contains(document.activeElement);
    if (node.scrollTop <= 1 && !within) return;
    const index = keys.indexOf(held.key);
    if (index < 0) return;
    const top = index * rowHeight + held.inside;
    if (Math.abs(top - node.scrollTop) > 1) node.scrollTop = top;
  }, [keys, rowHeight]);

  const noteAnchor = () => {
    const node = scroll.current;
    if (node === null) return;
    const index = Math.floor(node.scrollTop / rowHeight);
    const key = keys[index];
    anchor.current = key === undefined ? null : { key, inside: node.scrollTop - index * rowHeight };
  };
  useEffect(noteAnchor);

  const firstShown = virtual.range?.startIndex ?? 0;
  const lastShown = virtual.range?.endIndex ?? 0;
  useEffect(() => {
    if (isFetching || rows.length === 0) return;
    if (hasNext && lastShown >= rows.length - NEAR) loadNext();
    else if (hasPrevious && firstShown <= NEAR) loadPrevious();
  }, [firstShown, lastShown, rows.length, hasNext, hasPrevious, isFetching, loadNext, loadPrevious]);

  useShortcuts([
    { keys: 'j', label: appText.keys.move, group: 'lists', run: roving.focus },
    { keys: 'k', label: appText.keys.move, group: 'lists', run: roving.focus },
    { keys: 'j k', label: appText.keys.move, hint: appText.keys.short.move, group: 'lists' },
    ...(onOpen ? [{ keys: 'enter', label: appText.keys.open, group: 'lists' as const }] : []),
    ...(selection
      ? [
          { keys: 'x', label: appText.keys.select, hint: appText.keys.short.select, group: 'lists' as const },
          { keys: 'shift+x', label: appText.keys.selectRange, group: 'lists' as const },
        ]
      : []),
  ]);

  const offset = pages.offset ?? null;
  const rowIndex = (index: number) => (offset === null ? undefined : offset + index + 2);
  const ticked = selection ? keys.filter((k) => selection.has(k)).length : 0;

  return (
    <div className={styles.wrap}>
      {pages.error !== null && rows.length > 0 && (
        <Note signal="unknown" role="status" className={styles.note}>
          {partText.grid.failed} {partText.grid.old} {pages.error.message}{' '}
          <Button variant="link" onClick={pages.refetch}>
            {partText.tryAgain}
          </Button>
        </Note>
      )}
      <div ref={scroll} className={styles.scroll} onScroll={noteAnchor}>
        <div
          {...roving.gridProps}
          role="grid"
          aria-label={label}
          aria-rowcount={total === null || total === undefined ? -1 : total + 1}
          aria-multiselectable={selection ? true : undefined}
          aria-busy={isFetching || undefined}
          className={styles.grid}
          style={{ minWidth, gridTemplateColumns: tracks }}
        >
          <div role="rowgroup" className={styles.head}>
            <div
              role="row"
              aria-rowindex={1}
              className={styles.headRow}
              style={{ gridTemplateColumns: tracks }}
            >
              {selection && (
                <span role="columnheader" className={styles.tick}>
                  <Checkbox
                    label={partText.grid.selectAll}
                    hideLabel
                    checked={rows.length > 0 && ticked === rows.length}
                    mixed={ticked > 0}
                    disabled={rows.length === 0}
                    onChange={(checked) =>
                      checked ? selection.set([...selection.ids, ...keys]) : selection.clear()
                    }
                  />
                </span>
              )}
              {shown.map((column) => (
                <span
                  key={column.key}
                  role="columnheader"
                  className={cx(column.align === 'end' && styles.end)}
                >
                  {column.header}
                </span>
              ))}
            </div>
          </div>
          <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              const key = keys[item.index];
              if (row === undefined || key === undefined) return null;
              const selected = selection?.has(key) ?? false;
              return (
                <div
                  key={key}
                  {...roving.rowProps(key)}
                  role="row"
                  aria-rowindex={rowIndex(item.index)}
                  aria-selected={selection ? selected : undefined}
                  aria-current={open === key ? 'true' : undefined}
                  className={cx(styles.row, isQuiet?.(row) && styles.quiet)}
                  style={{
                    gridTemplateColumns: tracks,
                    height: rowHeight,
                    transform: `translateY(${item.start}px)`,
                  }}
                  onClick={(event) => {
                    const target = event.target as HTMLElement;
                    // A menu of the row lies elsewhere in the page, yet its clicks come by here.
                    if (!event.currentTarget.contains(target) || target.closest('a,button,label,input'))
                      return;
                    roving.setActive(key);
                    if (event.shiftKey && selection) selection.range(key, keys);
                    else if ((event.ctrlKey || event.metaKey) && selection) selection.toggle(key);
                    else onOpen?.(row);
                  }}
                >
                  {selection && (
                    <span role="gridcell" className={styles.tick}>
                      <Checkbox
                        label={partText.grid.selectRow(rowName(row))}
                        hideLabel
                        tabIndex={-1}
                        checked={selected}
                        onChange={(_checked, shift) =>
                          shift ? selection.range(key, keys) : selection.toggle(key)
                        }
                      />
                    </span>
                  )}
                  {shown.map((column) => (
                    <span
                      key={column.key}
                      role="gridcell"
                      className={cx(column.align === 'end' && styles.end)}
                    >
                      {column.render(row)}
                    </span>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
        {pages.isPending && (
          <div className={styles.waiting}>
            <SkeletonRows label={partText.grid.loading} height={rowHeight} />
          </div>
        )}
        {!pages.isPending && rows.length === 0 && pages.error !== null && (
          <ErrorState
            error={pages.error}
            title={partText.grid.failed}
            onRetry={pages.refetch}
            busy={isFetching}
          />
        )}
        {!pages.isPending && rows.length === 0 && pages.error === null && (
          <EmptyState action={emptyAction}>{empty}</EmptyState>
        )}
      </div>
    </div>
  );
}

/** Two lines in one cell: what people read first, and the quieter second. */
export function TwoLines({
  first,
  second,
  mono = false,
  strong = false,
}: {
  first: ReactNode;
  second: ReactNode;
  /** The second line is a code. */
  mono?: boolean | undefined;
  /** The first line is a name. */
  strong?: boolean | undefined;
}) {
  return (
    <span className={styles.two}>
      <span className={cx(styles.first, strong && 'medium')}>{first}</span>
      <span className={cx(styles.second, mono && 'mono')}>{second}</span>
    </span>
  );
}

export interface BulkBarProps {
  /** "42 selected" */
  text: ReactNode;
  label: string;
  onClear: () => void;
  clearLabel: string;
  /** Buttons; the first one may be primary. */
  children: ReactNode;
}

/** Under a list while rows are ticked. It holds the primary button then. */
export function BulkBar({ text, label, onClear, clearLabel, children }: BulkBarProps) {
  return (
    <div className={styles.bulk} role="toolbar" aria-label={label}>
      <span className={styles.bulkCount} aria-live="polite">
        {text}
      </span>
      {children}
      <span className={styles.space} />
      <Button variant="quiet" icon="close" onClick={onClear}>
        {clearLabel}
      </Button>
    </div>
  );
}
