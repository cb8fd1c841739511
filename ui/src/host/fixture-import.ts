/** Invented batches, and a look at a file as the core would take it. Never in a production bundle. */
import type { BadRow, Batch, ImportArgs, ImportCheck } from '@/api/generated';
import { parseCsv } from '@/features/compose/csv';
import { fieldsOf, parts } from '@/features/compose/template';
import { ago } from './fixture-lines';

const optedOut = '5550100190';

function fill(template: string, values: Record<string, string>): string {
  return parts(template)
    .map((p) => (p.kind === 'text' ? p.text : (values[p.name] ?? '')))
    .join('');
}

export function lookAt(args: ImportArgs): ImportCheck {
  const { columns, rows } = parseCsv(args.csv);
  const by = Object.fromEntries(Object.entries(args.map).map(([column, field]) => [field, column]));
  const bad: BadRow[] = [];
  const preview: ImportCheck['preview'] = [];
  const seen = new Set<string>();
  let ready = 0;
  let duplicates = 0;
  let opted = 0;
  rows.forEach((cells, i) => {
    const row = i + 1;
    const cell = (field: string) => cells[columns.indexOf(by[field] ?? '')] ?? '';
    const values = Object.fromEntries(Object.keys(by).map((f) => [f, cell(f)]));
    const to = cell('to');
    const body = cell('body') || (args.body ?? '');
    const tell = (field: string, why: string, mend: string, kind: BadRow['kind'] = 'fix') =>
      bad.push({ row, kind, column: by[field] ?? field, value: cell(field), why, mend });
    const digits = to.replace(/\D/g, '');
    const missing = fieldsOf(body).find((f) => (values[f] ?? '') === '');
    if (args.channel === 'email' ? !to.includes('@') : digits.length < 10) {
      tell('to', `${digits.length} digits, needs 10`, 'Correct the number, with its area code');
    } else if (missing !== undefined) {
      tell('body', `there is no value for {${missing}}`, 'Give the field a value');
    } else if (digits.endsWith(optedOut)) {
      opted += 1;
      tell('to', 'This person opted out', 'Nothing to mend: leave them out', 'opted_out');
    } else if (seen.has(`${digits} ${fill(body, values)}`)) {
      duplicates += 1;
      tell('to', 'The same person and text as an earlier row', 'Remove the repetition', 'duplicate');
    } else {
      seen.add(`${digits} ${fill(body, values)}`);
      ready += 1;
      if (preview.length < 20)
        preview.push({
          row,
          to: args.channel === 'email' ? to : `+1${digits.slice(-10)}`,
          name: cell('name') || null,
          subject: args.channel === 'email' ? fill(cell('subject') || (args.subject ?? ''), values) : null,
          body: fill(body, values),
          segments: args.channel === 'sms' ? Math.max(1, Math.ceil(fill(body, values).length / 153)) : null,
        });
    }
  });
  return {
    columns,
    rows: rows.length,
    ready,
    bad: bad.slice(0, 500),
    bad_count: bad.length,
    duplicates,
    opted_out: opted,
    preview,
    segments: args.channel === 'sms' ? ready : null,
  };
}

export const fixtureBatches: Batch[] = [
  {
    id: '01bat0000run1',
    name: 'thursday-visits',
    created_at: ago(2),
    total: 128,
    waiting: 46,
    sent: 61,
    delivered: 11,
    failed: 0,
    unknown: 0,
    cancelled: 0,
    bad: [
      {
        row: 3,
        kind: 'fix',
        column: 'mobile_no',
        value: '555-010-016',
        why: '9 digits, needs 10',
        mend: 'Correct the number, with its area code',
      },
      {
        row: 6,
        kind: 'fix',
        column: 'appt',
        value: '',
        why: 'there is no value for {appt}',
        mend: 'Give the field a value',
      },
    ],
    state: 'running',
  },
  {
    id: '01bat0000old1',
    name: 'recall-march',
    created_at: ago(60 * 26),
    total: 410,
    waiting: 0,
    sent: 0,
    delivered: 402,
    failed: 8,
    unknown: 0,
    cancelled: 0,
    bad: [],
    state: 'done',
  },
];
