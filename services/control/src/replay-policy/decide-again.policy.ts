import type { DecidedRequest, Facts, Target, TargetEntry } from '#libs/contracts';
import { costOf } from '#libs/pricing';
import { estimatedCostNanoUsd, NoEligibleTarget, planRoute, type LiveState, type RoutingTable } from '#libs/routing';

/** Where a request would go first, or that nobody would serve it, and why. */
export interface NewDecision {
  readonly first: Target | undefined;
  readonly reason: string;
}

/** Decides a recorded request under a table. */
export function decideAgain(facts: Facts, table: RoutingTable, live: LiveState): NewDecision {
  try {
    const { targets, decision } = planRoute(facts, table, live);
    const reason = decision.candidates[0]?.reason ?? '';
    return { first: targets[0], reason: decision.rule === undefined ? reason : `rule ${decision.rule}: ${reason}` };
  } catch (error) {
    if (!(error instanceof NoEligibleTarget)) throw error;
    return { first: undefined, reason: error.message };
  }
}

/** Whether anybody answered; a caller who left in the middle was answered too, and charged. */
export function wasAnswered({ attempts, costNanoUsd }: DecidedRequest): boolean {
  return BigInt(costNanoUsd ?? '0') > 0n || attempts.some(({ outcome }) => outcome === 'succeeded');
}

/**
 * What a request would cost at its new first target: as recorded where neither target nor price change, by the recorded usage
 * where there is some, else by the estimate for its facts. Undefined where its price says nothing of such requests.
 */
export function predictedCostNanoUsd(
  request: DecidedRequest,
  { first, facts, entry }: { first: Target | undefined; facts: Facts; entry: TargetEntry | undefined },
): bigint | undefined {
  if (!first) return 0n;
  const recorded = BigInt(request.costNanoUsd ?? '0');
  const was = request.decision?.planned[0];
  const isSameTarget = was?.provider === first.provider && was.model === first.model;
  const attempt = request.attempts.find(({ provider, model }) => provider === first.provider && model === first.model);
  if (isSameTarget && (attempt === undefined || attempt.priceVersion === first.price.version)) return recorded;
  const usage = request.attempts.findLast((one) => one.outcome === 'succeeded' && one.usage)?.usage;
  if (usage) return costOf(usage, first.price);
  if (isSameTarget) return recorded;
  const estimate = entry && estimatedCostNanoUsd(facts, { ...entry, price: first.price });
  return estimate === undefined ? undefined : BigInt(Math.round(estimate));
}
