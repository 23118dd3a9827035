export { budgetIndex } from './budget-index.js';
export type { AppliedBudget, BudgetIndex } from './budget-index.js';
export { ownerPath } from './owner-path.js';
export { reachOf } from './reach-of.policy.js';
export type { ReachedTarget } from './reach-of.policy.js';
export { worstCost } from './worst-cost.policy.js';
export type { HoldBounds, HoldLimits } from './worst-cost.policy.js';
