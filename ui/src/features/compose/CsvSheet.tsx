/** The rows of a file: which column is what, and which rows can go out. */
import { type ReactNode, useState } from 'react';
import type { BadRow, ImportCheck } from '@/api/generated';
import type { Format } from '@/app/format';
import { sentence } from '@/app/refusal';
import { Button, Icon, Lamp, Segmented, Select, Tooltip } from '@/components';
import { badRowsCsv, type CsvTable, fieldName, OWN_FIELDS, remap } from './csv';
import { saveText } from './download';
import styles from './Many.module.css';
import { composeText as t } from './text';

/** Rows drawn; the file may hold a hundred thousand. */
const SHOWN = 100;
const LEAVE_OUT = '-';

export interface CsvSheetProps {
  name: string;
  table: CsvTable;
  map: Record<string, string>;
  onMap: (map: Record<string, string>) => void;
  check: ImportCheck | undefined;
  format: Format;
  zone: string;
}

function Result({ bad, checked }: { bad: BadRow | undefined; checked: boolean }): ReactNode {
  if (!checked) return <span className={styles.state}>{t.csv.unchecked}</span>;
  if (bad === undefined) {
    return (
      <span className={styles.state}>
        <Icon name="check" size={14} />
        {t.csv.ready}
      </span>
    );
  }
  const why = sentence(bad.why).replace(/\.$/, '');
  return (
    <span className={styles.state}>
      <Lamp signal="danger" size={12} silent />
      <Tooltip text={`${why}. ${sentence(bad.mend)}`} side="left">
        <span className={styles.why}>{why}</span>
        <span className="vh">. {bad.mend}</span>
      </Tooltip>
    </span>
  );
}

export function CsvSheet({ name, table, map, onMap, check, format, zone }: CsvSheetProps) {
  const [wanted, setShow] = useState<'all' | 'fix'>('all');
  const badCount = check?.bad_count ?? 0;
  const show = badCount === 0 ? 'all' : wanted;
  const bad = new Map(check?.bad.map((b) => [b.row, b]));
  const numbers =
    show === 'fix'
      ? (check?.bad.map((b) => b.row) ?? []).slice(0, SHOWN)
      : table.rows.slice(0, SHOWN).map((_, i) => i + 1);
  const options = (column: string) => {
    const own = fieldName(column);
    return [
      ...OWN_FIELDS.map((f) => ({ value: f as string, label: t.csv.own[f] })),
      ...(own === '' || (OWN_FIELDS as readonly string[]).includes(own)
        ? []
        : [{ value: own, label: t.csv.field(own) }]),
      { value: LEAVE_OUT, label: t.csv.leaveOut },
    ];
  };
  const total = show === 'fix' ? badCount : table.rows.length;
  const skipped = (check?.duplicates ?? 0) + (check?.opted_out ?? 0);
  const [before, ready, fix, left] =
    check === undefined
      ? [t.csv.rows(table.rows.length), '', '', '']
      : t.csv.summary(
          t.csv.rows(check.rows),
          t.csv.readyCount(format.number(check.ready)),
          badCount - skipped,
          skipped,
        );
  return (
    <div>
      <div className={styles.sheet}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
        <section className={styles.scroller} tabIndex={0} aria-label={t.csv.table}>
          <table className={styles.table}>
            <caption className="vh">{t.csv.table}</caption>
            <thead>
              <tr>
                <th scope="col">{t.csv.row}</th>
                {table.columns.map((column, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two columns of a file may have one name
                  <th key={i} scope="col">
                    <div className={styles.column}>
                      <span className={styles.columnName} title={column}>
                        {column}
                      </span>
                      <Select
                        label={t.csv.meaning(column)}
                        hideLabel
                        size="sm"
                        options={options(column)}
                        value={map[column] === '' ? LEAVE_OUT : (map[column] ?? LEAVE_OUT)}
                        onChange={(field) => onMap(remap(map, column, field === LEAVE_OUT ? '' : field))}
                      />
                    </div>
                  </th>
                ))}
                <th scope="col" className={styles.result}>
                  <span className={styles.columnName}>{t.csv.check}</span>
                  {badCount > 0 && (
                    <Segmented
                      label={t.csv.show.label}
                      className={styles.show}
                      value={show}
                      options={[
                        { value: 'all', label: t.csv.show.all },
                        { value: 'fix', label: t.csv.show.fix(format.number(badCount)) },
                      ]}
                      onChange={setShow}
                    />
                  )}
                </th>
              </tr>
            </thead>
            <tbody>
              {numbers.map((number) => {
                const cells = table.rows[number - 1] ?? [];
                const wrong = bad.get(number);
                return (
                  <tr key={number}>
                    <td className={styles.number}>{number}</td>
                    {table.columns.map((column, i) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: as above
                      <td key={i} title={cells[i]}>
                        <span className={wrong?.column === column ? styles.bad : undefined}>
                          {cells[i] ?? ''}
                        </span>
                      </td>
                    ))}
                    <td className={styles.result}>
                      <Result bad={wrong} checked={check !== undefined} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      </div>
      <div className={styles.summary}>
        <span aria-live="polite">
          {before}
          {ready !== '' && <b>{ready}</b>}
          {fix}
          {left}. {t.csv.times(zone)}
        </span>
        {total > numbers.length && (
          <span>{t.csv.first(format.number(numbers.length), format.number(total))}</span>
        )}
        {check !== undefined && badCount > 0 && (
          <Button
            variant="link"
            size="sm"
            onClick={() =>
              saveText(t.csv.badFile(name.replace(/\.csv$/i, '')), badRowsCsv(table, check.bad, t.csv.heads))
            }
          >
            {(check.bad.length < badCount ? t.csv.downloadFirst : t.csv.download)(
              format.number(check.bad.length),
            )}
          </Button>
        )}
      </div>
    </div>
  );
}
