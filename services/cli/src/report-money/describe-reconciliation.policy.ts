import { z } from 'zod';
import { table } from '../text-table.policy.js';

const amounts = z.object({
  what: z.string(),
  ours: z.string(),
  theirs: z.string(),
  ours_usd: z.string().optional(),
  theirs_usd: z.string().optional(),
});
/** What the API answers. */
export const reconciliationSchema = z.object({
  object: z.literal('reconciliation'),
  providers: z.array(z.string()),
  from: z.string(),
  to: z.string(),
  tolerance: z.number(),
  agrees: z.boolean(),
  compared: z.int(),
  agreed: z.int(),
  totals: z.array(amounts),
  differences: z.array(amounts.extend({ day: z.string(), model: z.string().nullable() })),
});
type Reconciliation = z.infer<typeof reconciliationSchema>;

/** What was compared and what differs, for people. */
export function describeReconciliation(found: Reconciliation): string {
  const { providers, from, to, compared, agreed, differences, totals } = found;
  const head = `${providers.join(', ')} from ${from} to ${to}: ${agreed} of ${compared} amounts agree.`;
  const shown = (one: z.infer<typeof amounts>): [string, string] =>
    one.ours_usd === undefined || one.theirs_usd === undefined
      ? [one.ours, one.theirs]
      : [`$${one.ours_usd}`, `$${one.theirs_usd}`];
  const rows = differences.map((one) => [one.day, one.model ?? 'all models', one.what, ...shown(one)]);
  const sums = totals.map((one) => ['in all', '', one.what, ...shown(one)]);
  return [head, ...table([['day', 'model', 'what', 'on record', 'at the provider'], ...rows, ...sums])].join('\n');
}
