import { exportProblem } from './export-problem.js';

/** A row of a table under its header, with the line of the file in which it begins. */
export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Reads RFC 4180, a byte order mark and tabs in place of commas included. @throws DialectError 400 that names the line. */
export function csvRows(text: string): { columns: readonly string[]; rows: CsvRow[] } {
  const plain = text.replace(/^\uFEFF/, '');
  const firstLine = plain.slice(0, plain.search(/[\r\n]|$/));
  const separator = firstLine.includes('\t') && !firstLine.includes(',') ? '\t' : ',';
  const [header, ...records] = recordsOf(plain, separator);
  if (!header) throw exportProblem({}, 'is empty.');
  const columns = header.cells.map((name) => name.trim());
  const rows = records.map(({ line, cells }) => {
    if (cells.length !== columns.length) {
      throw exportProblem({ line }, `has ${cells.length} columns where the header has ${columns.length}.`);
    }
    return { line, cells: Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ''])) };
  });
  return { columns, rows };
}

interface CsvRecord {
  readonly line: number;
  readonly cells: string[];
}

function recordsOf(text: string, separator: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`, 'y');
  let [line, begunAt] = [1, 1];
  let cells: string[] = [];
  while (cell.lastIndex < text.length || cells.length > 0) {
    const match = cell.exec(text);
    if (!match) throw exportProblem({ line }, 'has a quotation mark that does not belong there, or is not closed.');
    const [whole, quoted, bare = '', end = ''] = match;
    cells.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\n|\r/).length - 1;
    if (end === separator) continue;
    if (cells.length > 1 || cells[0] !== '') records.push({ line: begunAt, cells });
    [cells, begunAt] = [[], line];
    if (end === '') break;
  }
  return records;
}
