import type { Facts } from '#libs/contracts';
import { resolveModel } from './resolve-model.policy.js';
import type { RoutingTable } from './routing-table.js';
import { seededRandom } from './seeded-random.js';
import { trialTable } from './trial.policy.js';

/**
 * The model that gets a copy of a request off its path, by the policy of the model that was asked for, or undefined where none
 * does. Chance is drawn from the request id, whatever else is drawn from it. Copies are never copied.
 */
export function shadowOf(facts: Facts, table: RoutingTable): string | undefined {
  if (facts.shadowOf !== undefined) return undefined;
  const { models } = trialTable(facts, table) ?? table;
  const shadow = resolveModel(facts.model, models)?.model.routing?.shadow;
  if (shadow === undefined || !models.has(shadow.model)) return undefined;
  return seededRandom(`shadow:${facts.requestId}`)() < shadow.share ? shadow.model : undefined;
}
