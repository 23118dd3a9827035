import { costOf } from '#libs/pricing';
import type { Facts, Requirements, TargetEntry } from '#libs/contracts';
import type { Candidacy, Filter } from '../candidacy.js';
import { USUAL_COMPLETION_TOKENS } from '../choose-rule.policy.js';
import { amountsFor, estimatedCostNanoUsd } from '../estimated-cost.policy.js';
import { isRequired, unmetRequirement } from './unmet-requirement.js';

const TOO_DEAR = 'the call may cost more than policy allows';
const TOKENS_PER_PRICE = 1e6;
/** Far more than the error of a sum of two products of doubles. */
const ROUNDING = 1e-9;

/**
 * Leaves out targets whose answer to this request may cost more than policy allows for one call: the estimated prompt, and as
 * long an answer as the caller or the model allows.
 */
export const cost: Filter = {
  name: 'cost',
  applies: (consideration) => isRequired(consideration, ({ mostCostNanoUsd }) => mostCostNanoUsd !== undefined),
  reasonAgainst: (candidacy, consideration) =>
    unmetRequirement(candidacy, consideration, (required) => tooDear(required, candidacy, consideration.facts)),
};

function tooDear({ mostCostNanoUsd }: Requirements, { entry }: Candidacy, facts: Facts): string | undefined {
  if (mostCostNanoUsd === undefined) return undefined;
  if (entry.price.isWithoutTokenPrice) {
    const known = estimatedCostNanoUsd(facts, entry);
    if (known === undefined) return 'what the call would cost is not known';
    return known > Number(mostCostNanoUsd) ? TOO_DEAR : undefined;
  }
  return tokensCostMore(entry, facts, mostCostNanoUsd) ? TOO_DEAR : undefined;
}

function tokensCostMore({ price, limits }: TargetEntry, facts: Facts, mostCostNanoUsd: string): boolean {
  const promptTokens = facts.estimatedPromptTokens;
  const completionTokens = facts.maxCompletionTokens ?? limits?.maxOutputTokens ?? USUAL_COMPLETION_TOKENS;
  const amounts = amountsFor(promptTokens, price);
  const about =
    (promptTokens * Number(amounts.inputNanoUsdPerMillion) +
      completionTokens * Number(amounts.outputNanoUsdPerMillion)) /
      TOKENS_PER_PRICE +
    Number(price.nanoUsdPerRequest ?? 0);
  const most = Number(mostCostNanoUsd);
  // Exact only where the quick sum cannot tell, since it is asked of every target.
  if (Math.abs(about - most) > 1 + ROUNDING * (about + Math.abs(most))) return about > most;
  const exact = costOf({ promptTokens, completionTokens }, price) + BigInt(price.nanoUsdPerRequest ?? 0);
  return exact > BigInt(mostCostNanoUsd);
}
