import type { ReportRow } from '#libs/contracts';
import { usd } from '../report-money/nano-usd.policy.js';
import { table } from '../text-table.policy.js';

const WIDEST = 60;
const NANO = 'cost_nano_usd';

/** A report on a screen: columns side by side, long values cut, money in dollars only. */
export function describeRows(rows: readonly ReportRow[]): string {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== NANO);
  if (columns.length === 0) return 'Nothing in this period.\n';
  const cells = [columns, ...rows.map((row) => columns.map((column) => cut(textOf(row[column]))))];
  return `${table(cells).join('\n')}\n`;
}

/** The rows with their exact dollars before the nano-dollars, where a report has any. */
export function withDollars(rows: readonly ReportRow[]): ReportRow[] {
  return rows.map(({ cost_usd: _before, ...row }) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([name, value]) =>
        name === NANO
          ? [
              ['cost_usd', dollarsOf(value)],
              [name, value],
            ]
          : [[name, value]],
      ),
    ),
  );
}

function dollarsOf(nanoUsd: unknown): string {
  return nanoUsd === '' ? '' : usd(BigInt(String(nanoUsd)));
}

function textOf(value: ReportRow[string] | undefined): string {
  return Array.isArray(value) ? value.join(' ') : String(value ?? '');
}

function cut(text: string): string {
  // Line ends and control characters would break the table, and could say things to a terminal.
  const line = text.replaceAll(/\p{Cc}/gu, ' ');
  return line.length <= WIDEST ? line : `${line.slice(0, WIDEST - 1)}…`;
}
