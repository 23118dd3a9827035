import type { Facts } from '#libs/contracts';
import type { RoutingTable } from './routing-table.js';
import { seededRandom } from './seeded-random.js';

/**
 * The table of the policies on trial where they decide on this request, or undefined. Requests of one session, or else of one end
 * user, are decided by the same policies throughout; others by the chance of their id.
 */
export function trialTable(facts: Facts, { trial }: RoutingTable): RoutingTable | undefined {
  return trial !== undefined && isOnTrial(facts, trial.share) ? trial.table : undefined;
}

/** Whether the policies on trial, which have this share of all requests, decide on this one. */
export function isOnTrial(facts: Pick<Facts, 'session' | 'endUser' | 'requestId'>, share: number): boolean {
  const value = facts.session ?? facts.endUser ?? facts.requestId;
  return seededRandom(`trial:${value}`)() < share;
}
