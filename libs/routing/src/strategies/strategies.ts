import type { Strategy } from '#libs/contracts';
import type { Order } from '../candidacy.js';
import { byHash } from './consistent-hash.js';
import { byThroughput } from './highest-throughput.js';
import { byCallsUnderWay } from './least-busy.js';
import { byCost } from './lowest-cost.js';
import { byLatency } from './lowest-latency.js';
import { byPriority } from './priority.js';
import { inTurn } from './round-robin.js';
import { byFreeQuota } from './usage.js';
import { byWeightedScore } from './weighted-score.js';
import { byWeight } from './weighted.js';

type Kind = Strategy['kind'];
type OrderMaker<K extends Kind> = (strategy: Extract<Strategy, { kind: K }>) => Order;

/** Every strategy by its kind. */
const ORDERS: { readonly [K in Kind]: OrderMaker<K> } = {
  priority: () => byPriority,
  weighted: () => byWeight,
  round_robin: () => inTurn,
  least_busy: () => byCallsUnderWay,
  lowest_latency: byLatency,
  highest_throughput: byThroughput,
  lowest_cost: () => byCost,
  usage: () => byFreeQuota,
  consistent_hash: byHash,
  score: byWeightedScore,
};

/** How a strategy orders the candidates of one group. */
export function orderOf<K extends Kind>(strategy: Extract<Strategy, { kind: K }>): Order {
  return (ORDERS[strategy.kind] as OrderMaker<K>)(strategy);
}
