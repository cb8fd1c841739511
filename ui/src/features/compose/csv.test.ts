import { describe, expect, test } from 'vitest';
import { badRowsCsv, decode, guessMap, parseCsv, remap, usedMap, writeCsv } from './csv';

const heads = { row: 'row', column: 'column', value: 'value', why: 'why', mend: 'mend' };

describe('a file', () => {
  test('with quotes, line breaks in cells, empty lines and a byte order mark', () => {
    const table = parseCsv('\uFEFFname,text\r\n"Vera ""V"" Laine","one\ntwo"\r\n\r\nRuth , plain \r\n');
    expect(table).toEqual({
      columns: ['name', 'text'],
      rows: [
        ['Vera "V" Laine', 'one\ntwo'],
        ['Ruth', 'plain'],
      ],
    });
  });

  test('semicolons and tabs separate as well, whichever the header has', () => {
    expect(parseCsv('a;b\n1,5;2').rows).toEqual([['1,5', '2']]);
    expect(parseCsv('a\tb\n1\t2').rows).toEqual([['1', '2']]);
  });

  test('survives being written and read again', () => {
    const rows = [
      ['a', 'b'],
      ['x, "y"', ' spaced '],
    ];
    const again = parseCsv(writeCsv(rows));
    expect(again.rows).toEqual([['x, "y"', 'spaced']]);
  });

  test('bad rows go back to the person with all their cells and the reason', () => {
    const table = parseCsv('name,phone\nVera,1\nRuth,2');
    const bad = [
      {
        row: 2,
        kind: 'fix' as const,
        column: 'phone',
        value: '2',
        why: '1 digit, needs 10',
        mend: 'Correct it',
      },
    ];
    expect(badRowsCsv(table, bad, heads)).toBe(
      'name,phone,why,mend\r\nRuth,2,"1 digit, needs 10",Correct it\r\n',
    );
    expect(badRowsCsv(null, bad, heads)).toMatch(/^row,column,value,why,mend\r\n2,phone,2,/);
  });

  test('what is no UTF-8 is read as Windows writes it, and says so', () => {
    const windows = new Uint8Array([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72]).buffer;
    expect(decode(windows)).toEqual({ text: 'Müller', guessed: true });
    expect(decode(new TextEncoder().encode('Müller').buffer as ArrayBuffer).guessed).toBe(false);
  });
});

describe('which column is what', () => {
  test('is guessed from the names, for the channel', () => {
    const columns = ['patient', 'mobile_no', 'e-mail', 'appt', 'dr (title)'];
    expect(guessMap(columns, 'sms')).toEqual({
      patient: 'name',
      mobile_no: 'to',
      'e-mail': 'e-mail',
      appt: 'appt',
      'dr (title)': 'dr title',
    });
    expect(guessMap(columns, 'email')['e-mail']).toBe('to');
  });

  test('two columns never mean the same; one that is left out is not sent', () => {
    const map = remap({ a: 'to', b: 'name' }, 'b', 'to');
    expect(map).toEqual({ a: '', b: 'to' });
    expect(usedMap(map)).toEqual({ b: 'to' });
  });
});
