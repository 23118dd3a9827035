import type { Filter } from '../candidacy.js';
import { COST_NOT_KNOWN } from './cost.filter.js';
import { mayCostMore } from './may-cost-more.policy.js';

/**
 * Leaves out targets whose answer to this request may cost more than the caller's budget has left, so that a cheaper one may
 * still serve it. What is left is what the edge knew; whether the request may be made at all is decided where budgets are kept.
 */
export const budget: Filter = {
  name: 'budget',
  applies: ({ facts }) => facts.budgetLeftNanoUsd !== undefined,
  reasonAgainst: ({ placed }, { facts }) => {
    if (facts.budgetLeftNanoUsd === undefined) return undefined;
    const isMore = mayCostMore(placed, facts, facts.budgetLeftNanoUsd);
    if (isMore === undefined) return COST_NOT_KNOWN;
    return isMore ? 'the call may cost more than the budget has left' : undefined;
  },
};
