import type { ReportRow } from './audit-reports.js';

/**
 * Makes one row of all rows of the report `model-use` that are alike but for how many calls they stand for (`requests`, `failed`,
 * `cost_nano_usd`) and when those were (`first_at`, `last_at`); in the order in which they first come, without `cost_usd`, which
 * follows from the sum.
 */
export function addUpUse(rows: Iterable<ReportRow>): ReportRow[] {
  const groups = new Map<string, ReportRow>();
  for (const { cost_usd: _dollars, ...row } of rows) {
    const {
      requests: _requests,
      failed: _failed,
      cost_nano_usd: _cost,
      first_at: _first,
      last_at: _last,
      ...alike
    } = row;
    const name = JSON.stringify(alike);
    const before = groups.get(name);
    groups.set(name, before ? sumOf(before, row) : row);
  }
  return [...groups.values()];
}

function sumOf(one: ReportRow, other: ReportRow): ReportRow {
  const text = (row: ReportRow, column: string): string => String(row[column] ?? '');
  const [first = ''] = [text(one, 'first_at'), text(other, 'first_at')].toSorted();
  const last = [text(one, 'last_at'), text(other, 'last_at')].toSorted().at(-1) ?? '';
  return {
    ...one,
    requests: Number(one['requests']) + Number(other['requests']),
    failed: Number(one['failed']) + Number(other['failed']),
    cost_nano_usd: (BigInt(text(one, 'cost_nano_usd')) + BigInt(text(other, 'cost_nano_usd'))).toString(),
    first_at: first,
    last_at: last,
  };
}
