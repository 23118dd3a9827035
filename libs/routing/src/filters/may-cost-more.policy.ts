import { costOf } from '#libs/pricing';
import type { Facts } from '#libs/contracts';
import { USUAL_COMPLETION_TOKENS } from '../choose-rule.policy.js';
import { costEstimate } from '../estimated-cost.policy.js';
import type { PlacedTarget } from '../placed-target.js';
import { tokensAt } from '../price-numbers.js';

const TOKENS_PER_PRICE = 1e6;
/** Far more than the error of a sum of two products of doubles. */
const ROUNDING = 1e-9;

/**
 * Whether the answer of a target may cost more than this: for the estimated prompt, and as long an answer as both the caller
 * and the model allow (`unboundedTokens` where neither does), as often as the caller asks for one. Undefined where no part of its cost is known.
 */
export function mayCostMore(
  placed: PlacedTarget,
  facts: Facts,
  mostNanoUsd: string,
  unboundedTokens = USUAL_COMPLETION_TOKENS,
): boolean | undefined {
  if (!placed.entry.price.isWithoutTokenPrice)
    return tokensMayCostMore(placed, facts, { mostNanoUsd, unboundedTokens });
  const known = costEstimate(facts, placed);
  return known === undefined ? undefined : known > Number(mostNanoUsd);
}

function tokensMayCostMore(
  { entry, numbers }: PlacedTarget,
  facts: Facts,
  { mostNanoUsd, unboundedTokens }: { mostNanoUsd: string; unboundedTokens: number },
): boolean {
  const { price, limits } = entry;
  const promptTokens = facts.estimatedPromptTokens;
  const bound = Math.min(facts.maxCompletionTokens ?? Infinity, limits?.maxOutputTokens ?? Infinity);
  const completionTokens = (bound === Infinity ? unboundedTokens : bound) * (facts.choices ?? 1);
  const { input, output } = tokensAt(promptTokens, numbers);
  const about = (promptTokens * input + completionTokens * output) / TOKENS_PER_PRICE + (numbers.perRequest ?? 0);
  const most = Number(mostNanoUsd);
  // Exact only where the quick sum cannot tell, since it is asked of every target.
  if (Math.abs(about - most) > 1 + ROUNDING * (about + Math.abs(most))) return about > most;
  const exact = costOf({ promptTokens, completionTokens }, price) + BigInt(price.nanoUsdPerRequest ?? 0);
  return exact > BigInt(mostNanoUsd);
}
