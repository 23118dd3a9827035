import type {
  Candidate,
  ErrorClass,
  Facts,
  ModelEntry,
  RoutingSlip,
  Snapshot,
  Target,
  TargetEntry,
} from '#libs/contracts';
import { isClearlyTooLong } from './context-fit.policy.js';
import { orderTargets } from './order-targets.policy.js';
import { seededRandom } from './seeded-random.js';

/** No target may serve the request; `candidates` say why each was dropped. */
export class NoEligibleTarget extends Error {
  constructor(
    message: string,
    readonly code: 'model_not_found' | 'no_eligible_target' | 'context_length_exceeded',
    readonly candidates: Candidate[],
  ) {
    super(message);
    this.name = 'NoEligibleTarget';
  }

  /** The HTTP status that the caller gets. */
  get status(): 400 | 404 {
    return this.code === 'context_length_exceeded' ? 400 : 404;
  }

  get errorClass(): ErrorClass {
    return this.code === 'context_length_exceeded' ? 'context_too_long' : 'no_eligible_target';
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
  const tooShort = ordered.filter((target) => isClearlyTooLong(facts, target));
  const eligible = tooShort.length === 0 ? ordered : ordered.filter((target) => !tooShort.includes(target));
  const dropped = tooShort.map((target) => droppedForLength(target, facts));
  if (eligible.length === 0)
    throw new NoEligibleTarget(lengthSentence(tooShort, facts), 'context_length_exceeded', dropped);
  return {
    targets: eligible.map((target) => planned(target, model)),
    position: 0,
    attempts: [],
    decision: {
      snapshotRevision: table.revision,
      strategy: model.strategy,
      candidates: [...eligible.map((target, rank) => candidate(target, rank, model)), ...dropped],
    },
  };
}

function lengthSentence(tooShort: readonly TargetEntry[], { model, estimatedPromptTokens }: Facts): string {
  const allowed = Math.max(...tooShort.map(({ limits }) => limits?.contextWindow ?? 0));
  return (
    `The maximum context length of '${model}' is ${allowed} tokens, but the request has about ${estimatedPromptTokens} ` +
    'tokens; shorten it.'
  );
}

function droppedForLength({ provider, model, limits }: TargetEntry, { estimatedPromptTokens }: Facts): Candidate {
  const reason = `its context window of ${limits?.contextWindow} tokens is too short for about ${estimatedPromptTokens}`;
  return { provider, model, outcome: 'dropped', reason };
}

function planned(target: TargetEntry, model: ModelEntry): Target {
  return {
    provider: target.provider,
    model: target.model,
    price: target.price,
    timeouts: model.timeouts,
    ...(model.unsupported === undefined ? {} : { unsupported: model.unsupported }),
  };
}

function candidate(target: TargetEntry, rank: number, model: ModelEntry): Candidate {
  const reason =
    model.strategy === 'priority'
      ? `priority ${target.priority}, weight ${target.weight} among equals`
      : `drawn by weight ${target.weight}`;
  return { provider: target.provider, model: target.model, outcome: 'planned', rank, reason };
}
