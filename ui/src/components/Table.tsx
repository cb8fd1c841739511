/** Short tables that came whole: calls, rows of a file, the numbers behind a chart. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { cx } from './classes';
import styles from './Table.module.css';

export interface TableColumn<T> {
  key: string;
  header: ReactNode;
  width?: string | undefined;
  align?: 'start' | 'end' | undefined;
  render: (row: T) => ReactNode;
  /** Marks the column whose cell names the row. */
  rowHeader?: boolean | undefined;
}

export interface TableProps<T> {
  /** The accessible name. */
  label: string;
  columns: readonly TableColumn<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** Two-line rows of 46 px. */
  tall?: boolean | undefined;
  /** Stands in one cell over all columns when there are no rows. */
  empty?: ReactNode;
  footer?: ReactNode;
  className?: string | undefined;
}

export function Table<T>({ label, columns, rows, rowKey, tall, empty, footer, className }: TableProps<T>) {
  const wrap = useRef<HTMLElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const node = wrap.current;
    if (node === null) return;
    const watch = new ResizeObserver(() => setScrolls(node.scrollWidth > node.clientWidth + 1));
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  return (
    <section
      ref={wrap}
      className={cx(styles.wrap, className)}
      aria-label={scrolls ? label : undefined}
      // A table that scrolls sideways must be reachable by the keyboard; one that fits needs no tab stop.
      tabIndex={scrolls ? 0 : undefined}
    >
      <table className={cx(styles.table, tall && styles.tall)}>
        <caption className="vh">{label}</caption>
        <colgroup>
          {columns.map((c) => (
            <col key={c.key} style={c.width === undefined ? undefined : { width: c.width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.key} scope="col" className={cx(c.align === 'end' && styles.end)}>
                {c.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((c) =>
                c.rowHeader ? (
                  <th key={c.key} scope="row" className={cx(c.align === 'end' && styles.end)}>
                    {c.render(row)}
                  </th>
                ) : (
                  <td key={c.key} className={cx(c.align === 'end' && styles.end)}>
                    {c.render(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
          {rows.length === 0 && empty !== undefined && (
            <tr>
              <td colSpan={columns.length} className="ink3">
                {empty}
              </td>
            </tr>
          )}
        </tbody>
        {footer !== undefined && <tfoot>{footer}</tfoot>}
      </table>
    </section>
  );
}
