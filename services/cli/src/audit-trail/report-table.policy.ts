import type { ReportRow } from '#libs/contracts';
import { table } from '../text-table.policy.js';

const WIDEST = 60;

/** A report on a screen: columns side by side, long values cut. */
export function describeRows(rows: readonly ReportRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return 'Nothing in this period.\n';
  const cells = [columns, ...rows.map((row) => columns.map((column) => cut(textOf(row[column]))))];
  return `${table(cells).join('\n')}\n`;
}

/** A report as RFC 4180 has it, every value quoted. */
export function rowsInCsv(rows: readonly ReportRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return '';
  const lines = rows.map((row) => columns.map((column) => `"${textOf(row[column]).replaceAll('"', '""')}"`).join(','));
  return [columns.join(','), ...lines, ''].join('\r\n');
}

function textOf(value: ReportRow[string] | undefined): string {
  return Array.isArray(value) ? value.join(' ') : String(value ?? '');
}

function cut(text: string): string {
  // Line ends and control characters would break the table, and could say things to a terminal.
  const line = text.replaceAll(/\p{Cc}/gu, ' ');
  return line.length <= WIDEST ? line : `${line.slice(0, WIDEST - 1)}…`;
}
