import type { ExportRow, Reconciled } from '#libs/contracts';

/** Adds up the rows of each day and model: a report has one for each key, project and kind of token, too. */
export function summedRows(rows: readonly ExportRow[]): ExportRow[] {
  const sums = new Map<string, { row: ExportRow; amounts: Map<Reconciled, bigint> }>();
  for (const row of rows) {
    const key = `${row.day}\n${row.model ?? ''}`;
    const sum = sums.get(key) ?? { row, amounts: new Map<Reconciled, bigint>() };
    sums.set(key, sum);
    for (const [what, amount] of Object.entries(row.amounts) as [Reconciled, string][]) {
      sum.amounts.set(what, (sum.amounts.get(what) ?? 0n) + BigInt(amount));
    }
  }
  return [...sums.values()].map(({ row, amounts }) => ({
    ...row,
    amounts: Object.fromEntries([...amounts].map(([what, amount]) => [what, amount.toString()])),
  }));
}
