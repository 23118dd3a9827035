import type { Filter } from '../candidacy.js';
import { mayCostMore } from './may-cost-more.policy.js';
import { isRequired, unmetRequirement, type RequirementCheck } from './unmet-requirement.js';

/** What is told of a target whose cost for this request is not known, though it matters. */
export const COST_NOT_KNOWN = 'what the call would cost is not known';

/** Leaves out targets whose answer to this request may cost more than policy allows for one call. */
export const cost: Filter = {
  name: 'cost',
  applies: (consideration) => isRequired(consideration, ({ mostCostNanoUsd }) => mostCostNanoUsd !== undefined),
  reasonAgainst: (candidacy, consideration) => unmetRequirement(candidacy, consideration, tooDear),
};

const tooDear: RequirementCheck = ({ mostCostNanoUsd }, { placed }, { facts }) => {
  if (mostCostNanoUsd === undefined) return undefined;
  const isMore = mayCostMore(placed, facts, mostCostNanoUsd);
  if (isMore === undefined) return COST_NOT_KNOWN;
  return isMore ? 'the call may cost more than policy allows' : undefined;
};
