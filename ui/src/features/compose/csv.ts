/**
 * A file of recipients as the screen shows it: its columns and cells, which column is likely which field,
 * and bad rows as a file again. Whether a row can be sent is for the core to say.
 */
import type { BadRow, Channel } from '@/api/generated';

export interface CsvTable {
  columns: string[];
  rows: string[][];
}

/** As the core does: what stands most often in the header. */
export function delimiterOf(text: string): string {
  const header = text.slice(0, text.search(/[\r\n]|$/));
  let best = ',';
  let most = 0;
  for (const candidate of [',', ';', '\t']) {
    const n = header.split(candidate).length - 1;
    if (n > most) {
      most = n;
      best = candidate;
    }
  }
  return best;
}

/** Reads quoted cells, doubled quotes and line breaks in cells. Empty lines are no rows. */
export function parseCsv(source: string): CsvTable {
  const text = source.replace(/^\uFEFF/, '');
  const delimiter = delimiterOf(text);
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let quoted = false;
  let wasQuoted = false;
  const endCell = () => {
    record.push(cell.trim());
    cell = '';
    wasQuoted = false;
  };
  const endRecord = () => {
    if (record.length > 0 || cell !== '' || wasQuoted) {
      endCell();
      records.push(record);
    }
    record = [];
  };
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] as string;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"' && cell.trim() === '') {
      cell = '';
      quoted = true;
      wasQuoted = true;
    } else if (c === delimiter) endCell();
    else if (c === '\n' || c === '\r') endRecord();
    else cell += c;
  }
  endRecord();
  const [columns = [], ...rows] = records;
  return { columns, rows };
}

function quote(cell: string): string {
  return /[",\r\n;\t]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export function writeCsv(rows: readonly (readonly string[])[]): string {
  return `${rows.map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
}

/** The bad rows with all their cells and, at the end, what is wrong and how to mend it. */
export function badRowsCsv(
  table: CsvTable | null,
  bad: readonly BadRow[],
  heads: { row: string; column: string; value: string; why: string; mend: string },
): string {
  if (table === null) {
    return writeCsv([
      [heads.row, heads.column, heads.value, heads.why, heads.mend],
      ...bad.map((b) => [String(b.row), b.column, b.value, b.why, b.mend]),
    ]);
  }
  return writeCsv([
    [...table.columns, heads.why, heads.mend],
    ...bad.map((b) => {
      const cells = table.rows[b.row - 1] ?? [];
      return [...table.columns.map((_, i) => cells[i] ?? ''), b.why, b.mend];
    }),
  ]);
}

/** Fields of the message itself; any other name is a field of the text. */
export const OWN_FIELDS = ['to', 'name', 'body', 'subject', 'send_at', 'useful_until'] as const;
export type OwnField = (typeof OWN_FIELDS)[number];

/** A column's name as a field of a text: letters, digits, blanks, `_ - .` only. */
export function fieldName(column: string): string {
  return column
    .replace(/[^\p{L}\p{M}\p{N} _.-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 64);
}

const likely: Record<OwnField, RegExp> = {
  to: /^(to|recipient|empf)/i,
  name: /^(name|full.?name|patient|customer|client|guest|person|contact)/i,
  body: /^(body|text|message)$/i,
  subject: /^subject$/i,
  send_at: /^send.?(at|on)$/i,
  useful_until: /^(useful.?until|valid.?until|expires)/i,
};
const phone = /phone|mobile|cell|tel|number|sms/i;
const mail = /e-?mail|mail.?address/i;

/** Column by column what it likely is. `''` leaves a column out. */
export function guessMap(columns: readonly string[], channel: Channel): Record<string, string> {
  const map: Record<string, string> = {};
  const taken = new Set<string>();
  const take = (column: string, field: string) => {
    if (map[column] !== undefined || taken.has(field)) return;
    map[column] = field;
    taken.add(field);
  };
  const address = channel === 'email' ? mail : phone;
  for (const column of columns) if (likely.to.test(column)) take(column, 'to');
  for (const column of columns) if (address.test(column)) take(column, 'to');
  for (const field of OWN_FIELDS)
    for (const column of columns) if (field !== 'to' && likely[field].test(column)) take(column, field);
  for (const column of columns) {
    if (map[column] !== undefined) continue;
    const name = fieldName(column);
    map[column] = name !== '' && !taken.has(name) ? name : '';
    taken.add(name);
  }
  return map;
}

/** One column has one meaning, and one meaning one column. */
export function remap(map: Record<string, string>, column: string, field: string): Record<string, string> {
  const next = { ...map };
  if (field !== '') for (const key of Object.keys(next)) if (next[key] === field) next[key] = '';
  next[column] = field;
  return next;
}

/** Without the columns that are left out, as the core wants it. */
export function usedMap(map: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([, field]) => field !== ''));
}

/** Text of a file: UTF-8, UTF-16 with its mark, else what Windows spreadsheets write. */
export function decode(bytes: ArrayBuffer): { text: string; guessed: boolean } {
  const head = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (head[0] === 0xff && head[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), guessed: false };
  if (head[0] === 0xfe && head[1] === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), guessed: false };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), guessed: false };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), guessed: true };
  }
}
