import type { Filter } from '../candidacy.js';
import { COST_NOT_KNOWN } from './cost.filter.js';
import { mayCostMore } from './may-cost-more.policy.js';

/** Completion tokens that money is held for where neither the caller nor the model bounds an answer. */
export const UNBOUNDED_COMPLETION_TOKENS = 32_768;

/**
 * Leaves out targets whose answer to this request may cost more than the caller's budget has left, so that a cheaper one may
 * still serve it, and those of providers that a budget of their own has no room for. What is left is what the edge set aside;
 * whether the request may be made at all is decided there.
 */
export const budget: Filter = {
  name: 'budget',
  applies: ({ facts }) => facts.budgetLeftNanoUsd !== undefined || facts.exhaustedProviders !== undefined,
  reasonAgainst: ({ placed }, { facts }) => {
    if (facts.exhaustedProviders?.includes(placed.entry.provider)) return 'the budget for its provider is used up';
    if (facts.budgetLeftNanoUsd === undefined) return undefined;
    const isMore = mayCostMore(placed, facts, facts.budgetLeftNanoUsd, UNBOUNDED_COMPLETION_TOKENS);
    if (isMore === undefined) return COST_NOT_KNOWN;
    return isMore ? 'the call may cost more than the budget has left' : undefined;
  },
};
