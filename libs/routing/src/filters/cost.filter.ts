import { costOf } from '#libs/pricing';
import type { Facts } from '#libs/contracts';
import type { Filter } from '../candidacy.js';
import { USUAL_COMPLETION_TOKENS } from '../choose-rule.policy.js';
import { costEstimate } from '../estimated-cost.policy.js';
import type { PlacedTarget } from '../placed-target.js';
import { tokensAt } from '../price-numbers.js';
import { isRequired, unmetRequirement, type RequirementCheck } from './unmet-requirement.js';

const TOO_DEAR = 'the call may cost more than policy allows';
const TOKENS_PER_PRICE = 1e6;
/** Far more than the error of a sum of two products of doubles. */
const ROUNDING = 1e-9;

/**
 * Leaves out targets whose answer to this request may cost more than policy allows for one call: the estimated prompt, and as
 * long an answer as the caller or the model allows, as often as the caller asks for one.
 */
export const cost: Filter = {
  name: 'cost',
  applies: (consideration) => isRequired(consideration, ({ mostCostNanoUsd }) => mostCostNanoUsd !== undefined),
  reasonAgainst: (candidacy, consideration) => unmetRequirement(candidacy, consideration, tooDear),
};

const tooDear: RequirementCheck = ({ mostCostNanoUsd }, { entry, placed }, { facts }) => {
  if (mostCostNanoUsd === undefined) return undefined;
  if (entry.price.isWithoutTokenPrice) {
    const known = costEstimate(facts, placed);
    if (known === undefined) return 'what the call would cost is not known';
    return known > Number(mostCostNanoUsd) ? TOO_DEAR : undefined;
  }
  return tokensCostMore(placed, facts, mostCostNanoUsd) ? TOO_DEAR : undefined;
};

function tokensCostMore({ entry, numbers }: PlacedTarget, facts: Facts, mostCostNanoUsd: string): boolean {
  const { price, limits } = entry;
  const promptTokens = facts.estimatedPromptTokens;
  const longest = facts.maxCompletionTokens ?? limits?.maxOutputTokens ?? USUAL_COMPLETION_TOKENS;
  const completionTokens = longest * (facts.choices ?? 1);
  const { input, output } = tokensAt(promptTokens, numbers);
  const about = (promptTokens * input + completionTokens * output) / TOKENS_PER_PRICE + (numbers.perRequest ?? 0);
  const most = Number(mostCostNanoUsd);
  // Exact only where the quick sum cannot tell, since it is asked of every target.
  if (Math.abs(about - most) > 1 + ROUNDING * (about + Math.abs(most))) return about > most;
  const exact = costOf({ promptTokens, completionTokens }, price) + BigInt(price.nanoUsdPerRequest ?? 0);
  return exact > BigInt(mostCostNanoUsd);
}
