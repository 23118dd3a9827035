import type { BoundsFigures } from '../bounds/measure-bounds.js';
import type { ExportFigures } from '../export/measure-export.js';
import type { ReportFigures } from '../reports/measure-reports.js';
import type { SettlementFigures } from '../settlements/measure-settlements.js';
import { figure, table } from './table.js';

const MICROSECONDS_A_SECOND = 1_000_000;

/** What one core settles in a second, when billing and Postgres share it. */
export function settledOnOneCore({ billingMicroseconds, postgresMicroseconds }: SettlementFigures): number {
  return MICROSECONDS_A_SECOND / (billingMicroseconds + postgresMicroseconds);
}

export function boundsSection({ rounds, without, within, addedP50, addedCpu }: BoundsFigures): string[] {
  const row = [figure(without), figure(within), figure(addedP50), figure(addedCpu * 1000)];
  return [
    `## Budgets and limits: 200/s by turns without and with two budgets and six limits, ${rounds} rounds`,
    table(['p50 without, ms', 'with', 'median of the differences', 'CPU µs more'], [row]),
  ];
}

export function settlementsSection(settlements: readonly SettlementFigures[]): string[] {
  const rows = settlements.map((one) => [
    figure(one.budgets),
    figure(one.eventsPerSecond),
    figure(one.billingMicroseconds),
    figure(one.postgresMicroseconds),
    figure(settledOnOneCore(one)),
    figure(one.transactionsPerThousand),
  ]);
  const head = [
    'budgets of a call',
    'calls per second',
    'billing, CPU µs',
    'Postgres, CPU µs',
    'calls for a second of CPU of both',
    'transactions for 1,000 calls',
  ];
  return ['## Settlements: a backlog of calls with holds, Postgres durable', table(head, rows)];
}

export function exportsSection(exports: readonly ExportFigures[]): string[] {
  const rows = exports.map(({ format, entries, seconds, mebibytes, memory }) => [
    format,
    figure(entries / seconds),
    figure(mebibytes),
    ...memory.map(({ before, most }) => `${figure(before)} → ${figure(most)}`),
  ]);
  const names = exports[0]?.memory.map(({ name }) => `${name}, MiB before → most`) ?? [];
  return [
    `## Export of the trail over HTTP, ${exports[0]?.entries ?? 0} lines`,
    table(['format', 'lines per second', 'MiB', ...names], rows),
  ];
}

export function reportsSection(reports: readonly ReportFigures[]): string[] {
  const rows = reports.map(({ report, milliseconds, longestMilliseconds }) => [
    report,
    figure(milliseconds),
    figure(longestMilliseconds),
  ]);
  const charges = reports[0]?.charges ?? 0;
  return [
    `## Reports: over HTTP, of what is kept of ${charges} charges, 111,000 a day`,
    table(['report', 'median, ms', 'longest'], rows),
  ];
}
