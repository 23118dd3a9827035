import type { Facts } from '#libs/contracts';
import type { RoutingTable } from './routing-table.js';
import { seededRandom } from './seeded-random.js';

/**
 * The table of the policies on trial where they decide on this request, or undefined. Requests of one session, or else of one end
 * user, are decided by the same policies throughout; others by the chance of their id.
 */
export function trialTable(facts: Facts, { trial }: RoutingTable): RoutingTable | undefined {
  if (trial === undefined) return undefined;
  const value = facts.session ?? facts.endUser ?? facts.requestId;
  return seededRandom(`trial:${value}`)() < trial.share ? trial.table : undefined;
}
