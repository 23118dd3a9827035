import { ownerPath, PERIOD_WORDS } from '#libs/budgets';
import type { BudgetEntry, BudgetState } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { formatUsd } from '#libs/pricing';

/** The request does not fit into a budget: which one, how it stands and when it begins anew. */
export class BudgetExceeded extends DialectError {
  /** What another request might still be held for: what is not spent, and not held either where waiting for that was in vain. */
  readonly leftNanoUsd: bigint;

  constructor(
    readonly budget: BudgetEntry,
    readonly state: BudgetState,
    need: bigint,
  ) {
    super(402, 'budget_exceeded', sentence(budget, state, need));
    this.name = 'BudgetExceeded';
    const [limit, posted, held] = [state.limitNanoUsd, state.postedNanoUsd, state.heldNanoUsd].map(BigInt) as [
      bigint,
      bigint,
      bigint,
    ];
    this.leftNanoUsd = posted + need > limit ? limit - posted : limit - posted - held;
  }
}

/** Nobody can say whether the request fits: billing or its database is away, and what was leased is used up. */
export class BudgetUnknown extends DialectError {
  constructor(budget: BudgetEntry) {
    super(
      503,
      'budget_unavailable',
      `Whether the budget '${budget.id}' has room cannot be told now; try again in a moment.`,
    );
    this.name = 'BudgetUnknown';
  }
}

function sentence(budget: BudgetEntry, state: BudgetState, need: bigint): string {
  const [limit, used, held] = [state.limitNanoUsd, state.postedNanoUsd, state.heldNanoUsd].map((amount) =>
    formatUsd(BigInt(amount)),
  );
  const reset =
    state.resetsAt === undefined
      ? 'It does not reset by itself'
      : `It resets at ${new Date(state.resetsAt).toISOString()}`;
  return (
    `The budget '${budget.id}' of ${ownerPath(budget)} has no room for this request: ` +
    `${used} of ${limit} USD ${PERIOD_WORDS[budget.period]} used, ${held} USD held for requests under way, ` +
    `and this one may cost ${formatUsd(need)} USD. ${reset}; raise the limit, ask for fewer tokens or take a cheaper model.`
  );
}
