import { describe, expect, it } from '@jest/globals';
import { array, assert, property, string, stringMatching } from 'fast-check';
import { csvOf, csvRow, csvTable } from './csv.policy.js';

/** One row as a reader of RFC 4180 takes it apart. */
const read = (row: string): string[] =>
  [...row.replace(/\r\n$/, '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  );

describe('csvRow', () => {
  it('keeps a spreadsheet from taking what callers write for a formula', () => {
    const formulas = [
      '=1+1',
      '+1',
      '-1+1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      '\n=1',
      '=HYPERLINK("http://x","y")',
      '-',
      '--1',
    ];
    for (const text of formulas) expect(read(csvRow([text]))).toEqual([`'${text}`]);
  });

  it('leaves numbers and other text as they are', () => {
    expect(csvRow([-1, 2.5, '-0.000000018', '12', 'a=b', 'x-y', '', ' =1'])).toBe(
      '-1,2.5,-0.000000018,12,a=b,x-y,, =1\r\n',
    );
  });

  it('is read back by any reader, whatever is in it', () => {
    assert(
      property(array(string({ unit: 'binary' }), { minLength: 1 }), (cells) => {
        const harmless = cells.map((text) => `_${text}`);
        expect(read(csvRow(harmless))).toEqual(harmless);
      }),
    );
  });

  it('never lets a cell begin as a formula does', () => {
    const nasty = stringMatching(/^[=+\-@\t\r\n"',;a1 ]{0,8}$/);
    assert(
      property(nasty, (text) => {
        const [shown = ''] = read(csvRow([text, 'end']));
        expect(/^[=+\-@\t\r\n]/.test(shown) && !/^-?\d+(\.\d+)?$/.test(shown)).toBe(false);
      }),
    );
  });
});

describe('csvOf', () => {
  it('has the columns of the first record, and lists in one cell', () => {
    expect(csvOf([{ model: '=x', targets: ['a/b', 'c/d'], cost: '-5' }, { model: 'y' }])).toBe(
      csvTable([
        ['model', 'targets', 'cost'],
        ['=x', 'a/b c/d', '-5'],
        ['y', '', ''],
      ]),
    );
    expect(csvOf([])).toBe('');
  });
});
