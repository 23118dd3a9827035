import type { Strategy } from '#libs/contracts';
import type { Way } from './follow-rules.policy.js';
import type { Sort } from './resolve-model.policy.js';

/** What callers mean by sorting: the very best first, no draw among those that are nearly as good. */
export const STRATEGY_OF_SORT: Readonly<Record<Sort, Strategy>> = {
  price: { kind: 'lowest_cost' },
  throughput: { kind: 'highest_throughput', tolerance: 0 },
  latency: { kind: 'lowest_latency', measure: 'first_token', percentile: 50, tolerance: 0 },
};

/**
 * What orders the targets of the model at the end of a way: a sort that goes before all else, then the suffix with which a rule
 * named the model, the strategy that rules on the way put in place of the model's, and the model's own.
 */
export function strategyOfGroup(way: Pick<Way, 'model' | 'sort' | 'strategy'>, before: Sort | undefined): Strategy {
  const sort = before ?? way.sort;
  if (sort) return STRATEGY_OF_SORT[sort];
  const { model, strategy } = way;
  return strategy ?? model.routing?.strategy ?? { kind: model.strategy };
}
