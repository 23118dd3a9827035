export { BudgetBook } from './budget-book.js';
export { budgetIndex } from './budget-index.js';
export type { AppliedBudget, BudgetIndex } from './budget-index.js';
export { PERIOD_WORDS } from './budget-words.js';
export { downgraded } from './downgraded.policy.js';
export { IssuedBudgets } from './issued-budgets.js';
export { Markups } from './markups.js';
export { ownerPath } from './owner-path.js';
export type { HoldBounds } from './worst-cost.policy.js';
