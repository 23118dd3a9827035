import { ownerPath, PERIOD_WORDS } from '#libs/budgets';
import type { BudgetEntry } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';

/** Which budget has no room, of whom, how large it is and when it begins anew. */
export function shortageWords(budget: BudgetEntry, resetsAt: number | undefined): string {
  const amount = `${formatUsd(BigInt(budget.limitNanoUsd))} USD ${PERIOD_WORDS[budget.period]}`;
  const reset = resetsAt === undefined ? 'does not reset by itself' : `resets at ${new Date(resetsAt).toISOString()}`;
  return `'${budget.id}' of ${ownerPath(budget)}, ${amount}, ${reset}`;
}
