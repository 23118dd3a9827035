import type { ExportRow, ReconciliationReply, ReconciliationRun, Reconciled } from '#libs/contracts';

const MOST_DIFFERENCES = 1_000;
const MILLION = 1_000_000n;
/** Providers' reports are rounded: a cent at least is within any tolerance. */
const LEAST_TOLERANCE: Readonly<Record<Reconciled, bigint>> = {
  cost: 10_000_000n,
  prompt_tokens: 0n,
  cached_prompt_tokens: 0n,
  completion_tokens: 0n,
};

type Amounts = Map<Reconciled, bigint>;

/**
 * A model's name without what tells only its snapshot: providers report "gpt-4o-2024-08-06" or "Claude Haiku 4.5" for what is
 * called as "gpt-4o" or "claude-haiku-4-5-20251001".
 */
export function comparableModel(name: string): string {
  const plain = name.trim().toLowerCase().replaceAll(/[ .]+/g, '-');
  return plain.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
}

/** Compares day by day and model by model, and day by day alone where the report does not name every model. */
export function compareDays(
  theirs: readonly ExportRow[],
  ours: readonly ExportRow[],
  { toleranceMillionths }: Pick<ReconciliationRun, 'toleranceMillionths'>,
): ReconciliationReply {
  const byModel = theirs.every(({ model }) => model !== undefined);
  const reported = new Set(theirs.flatMap(({ amounts }) => Object.keys(amounts) as Reconciled[]));
  const [left, right] = [ours, theirs].map((rows) => summed(rows, { byModel, reported })) as [Sums, Sums];
  const days = theirs.map(({ day }) => day).toSorted();
  const differences: ReconciliationReply['differences'] = [];
  let compared = 0;
  for (const key of [...new Set([...left.keys(), ...right.keys()])].toSorted()) {
    const [day = '', model = ''] = key.split('\n');
    for (const what of reported) {
      const [mine, other] = [left.get(key)?.get(what) ?? 0n, right.get(key)?.get(what) ?? 0n];
      compared += 1;
      if (agree(what, [mine, other], toleranceMillionths)) continue;
      differences.push({ day, ...(byModel ? { model } : {}), what, ours: `${mine}`, theirs: `${other}` });
    }
  }
  return {
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
    compared,
    agreed: compared - differences.length,
    differences: differences.slice(0, MOST_DIFFERENCES),
    totals: [...reported].map((what) => ({ what, ours: `${total(left, what)}`, theirs: `${total(right, what)}` })),
  };
}

type Sums = ReadonlyMap<string, Amounts>;

function summed(rows: readonly ExportRow[], how: { byModel: boolean; reported: ReadonlySet<Reconciled> }): Sums {
  const sums = new Map<string, Amounts>();
  for (const { day, model = '', amounts } of rows) {
    const key = how.byModel ? `${day}\n${comparableModel(model)}` : day;
    const sum: Amounts = sums.get(key) ?? new Map<Reconciled, bigint>();
    sums.set(key, sum);
    for (const what of how.reported) sum.set(what, (sum.get(what) ?? 0n) + BigInt(amounts[what] ?? '0'));
  }
  return sums;
}

function agree(what: Reconciled, [ours, theirs]: readonly [bigint, bigint], toleranceMillionths: number): boolean {
  const apart = ours > theirs ? ours - theirs : theirs - ours;
  return apart <= LEAST_TOLERANCE[what] || apart * MILLION <= theirs * BigInt(toleranceMillionths);
}

function total(sums: Sums, what: Reconciled): bigint {
  return [...sums.values()].reduce((all, amounts) => all + (amounts.get(what) ?? 0n), 0n);
}
