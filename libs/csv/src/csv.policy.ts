type Cell = string | number;

/** What a spreadsheet reads as the beginning of a formula, after OWASP's "CSV Injection". */
const FORMULA = /^[=+\-@\t\r\n]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * One row as RFC 4180 has it, with its line end. Text that a spreadsheet would run as a formula is kept from it by an apostrophe
 * before it, since names of models, end users and tags are whatever callers say; numbers below zero stay numbers.
 */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Such rows one below the other. */
export function csvTable(rows: readonly (readonly Cell[])[]): string {
  return rows.map(csvRow).join('');
}

/** A table whose columns are those of the first record; lists stand in one cell with spaces between. Nothing without records. */
export function csvOf(records: readonly Readonly<Record<string, Cell | readonly string[]>>[]): string {
  const columns = Object.keys(records[0] ?? {});
  if (columns.length === 0) return '';
  return csvTable([columns, ...records.map((record) => columns.map((column) => joined(record[column] ?? '')))]);
}

function joined(value: Cell | readonly string[]): Cell {
  return typeof value === 'object' ? value.join(' ') : value;
}

function cell(value: Cell): string {
  const isFormula = typeof value === 'string' && FORMULA.test(value) && !NUMBER.test(value);
  const text = isFormula ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
