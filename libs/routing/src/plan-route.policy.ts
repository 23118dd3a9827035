import type { Candidate, Facts, ModelEntry, RoutingSlip, Snapshot, Target, TargetEntry } from '#libs/contracts';
import { orderTargets } from './order-targets.policy.js';
import { seededRandom } from './seeded-random.js';

/** No target may serve the request; `candidates` say why each was dropped. */
export class NoEligibleTarget extends Error {
  constructor(
    message: string,
    readonly code: 'model_not_found' | 'no_eligible_target',
    readonly candidates: Candidate[],
  ) {
    super(message);
    this.name = 'NoEligibleTarget';
  }
}

/** A snapshot prepared for planning: look-ups by name instead of searches. */
export interface RoutingTable {
  revision: number;
  models: ReadonlyMap<string, ModelEntry>;
}

/** Prepares a snapshot for planning; done once for each revision. */
export function routingTable(snapshot: Snapshot): RoutingTable {
  return { revision: snapshot.revision, models: new Map(snapshot.models.map((model) => [model.name, model])) };
}

/**
 * Decides where a request goes: the same facts and the same table give the same plan, since chance is drawn from the request
 * id. The slip lists the targets in the order of trying and why.
 * @throws NoEligibleTarget
 */
export function planRoute(facts: Facts, table: RoutingTable): RoutingSlip {
  const model = table.models.get(facts.model);
  if (!model) {
    throw new NoEligibleTarget(
      `The model '${facts.model}' does not exist here; GET /v1/models lists those that do.`,
      'model_not_found',
      [],
    );
  }
  const ordered = orderTargets(model, seededRandom(facts.requestId));
  return {
    targets: ordered.map((target) => planned(target, model)),
    position: 0,
    attempts: [],
    decision: {
      snapshotRevision: table.revision,
      strategy: model.strategy,
      candidates: ordered.map((target, rank) => candidate(target, rank, model)),
    },
  };
}

function planned(target: TargetEntry, model: ModelEntry): Target {
  return { provider: target.provider, model: target.model, price: target.price, timeouts: model.timeouts };
}

function candidate(target: TargetEntry, rank: number, model: ModelEntry): Candidate {
  const reason =
    model.strategy === 'priority'
      ? `priority ${target.priority}, weight ${target.weight} among equals`
      : `drawn by weight ${target.weight}`;
  return { provider: target.provider, model: target.model, outcome: 'planned', rank, reason };
}
