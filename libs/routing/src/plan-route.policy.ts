import type { Facts, RoutingSlip } from '#libs/contracts';
import type { Candidacy, Consideration, Filter } from './candidacy.js';
import { consider } from './consider.policy.js';
import { executionOf } from './execution-of.policy.js';
import { cooling } from './filters/cooling.filter.js';
import { FILTERS } from './filters/filters.js';
import { gatherCandidates } from './gather-candidates.policy.js';
import { quietState, type LiveState } from './live-state.js';
import { mergedRequirements, requirementsOfData } from './merged-requirements.policy.js';
import { NoEligibleTarget, type DecisionBasis } from './no-eligible-target.js';
import { orderOfTrying } from './order-of-trying.policy.js';
import { plannedTarget } from './planned-target.js';
import { recordOf } from './record-of-decision.js';
import { isTooLongForAll, refusalOf, refusedOutright, type Dropped } from './refusal.policy.js';
import { resolveModel, unknownModelMessage } from './resolve-model.policy.js';
import type { RoutingTable } from './routing-table.js';
import { trialTable } from './trial.policy.js';

const FILTERS_WITHOUT_PAUSES = FILTERS.filter((filter) => filter !== cooling);

/**
 * Decides where a request goes: filter, order, plan. Given the same facts, table and live state it makes the same plan, since
 * chance is drawn from the request id. The slip lists the targets in the order of trying and why.
 * @throws NoEligibleTarget
 */
export function planRoute(
  facts: Facts,
  table: RoutingTable,
  live: LiveState = quietState(facts.receivedAt),
): RoutingSlip {
  const onTrial = trialTable(facts, table);
  const world = { table: onTrial ?? table, live, isTrial: onTrial !== undefined };
  return planOf(considered(facts, world), world);
}

/**
 * Decides where a copy of a request goes, by the policies that decide on the request. What these require of whoever gets the
 * request's data is required for the copy too, besides what the copy's own model requires.
 * @throws NoEligibleTarget
 */
export function planCopy(
  copy: Facts,
  original: Facts,
  { table, live }: { readonly table: RoutingTable; readonly live: LiveState },
): RoutingSlip {
  const onTrial = trialTable(original, table);
  const world = { table: onTrial ?? table, live, isTrial: onTrial !== undefined };
  const { requirements, refusal, privacy } = considered(original, world);
  if (refusal) throw new NoEligibleTarget(refusal.message, refusal.code, []);
  const own = considered(copy, world);
  const all = [...own.requirements, ...requirements.map(requirementsOfData)];
  return planOf({ ...own, privacy, requirements: mergedRequirements(all) }, world);
}

interface DecidingWorld {
  readonly table: RoutingTable;
  readonly live: LiveState;
  /** Whether the table is that of policies on trial. */
  readonly isTrial: boolean;
}

function considered(facts: Facts, world: DecidingWorld): Consideration {
  const { table, live } = world;
  const resolved = resolveModel(facts.model, table.models);
  if (resolved) return consider(facts, resolved, { table, live });
  throw new NoEligibleTarget(unknownModelMessage(facts.model, table.models), 'model_not_found', []).decidedBy(
    basisOf(world, {}),
  );
}

function basisOf(
  { table, isTrial }: DecidingWorld,
  { rule, privacy = [] }: Partial<Pick<Consideration, 'rule' | 'privacy'>>,
): DecisionBasis {
  return {
    snapshotRevision: table.revision,
    ...(rule === undefined ? {} : { rule }),
    ...(privacy.length === 0 ? {} : { privacy: [...privacy] }),
    ...(isTrial ? { trial: true } : {}),
  };
}

function planOf(consideration: Consideration, world: DecidingWorld): RoutingSlip {
  const { candidacies, outside } = gatherCandidates(consideration);
  const basis = basisOf(world, consideration);
  const { refusal } = consideration;
  if (refusal) throw refusedOutright(refusal, candidacies, { consideration, outside }).decidedBy(basis);
  const { eligible, dropped } = filteredUnlessAllRest(candidacies, consideration);
  const served = withContextFallback(eligible, dropped);
  if (!served.some(({ onlyAfter }) => onlyAfter === undefined)) {
    throw refusalOf({ dropped, outside }, consideration).decidedBy(basis);
  }
  const order = orderOfTrying(served, consideration);
  const execution = executionOf(consideration, order.tried);
  return {
    targets: order.tried.map(({ candidacy }) => plannedTarget(candidacy, consideration)),
    position: 0,
    attempts: [],
    decision: {
      ...basis,
      strategy: consideration.others.length > 0 ? 'auto' : consideration.strategy.kind,
      candidates: recordOf({ ...order, dropped, outside }, consideration),
    },
    ...(execution ? { execution } : {}),
  };
}

interface Filtered {
  readonly eligible: readonly Candidacy[];
  readonly dropped: Dropped[];
}

/**
 * Where nothing is left but targets whose providers asked for a pause, they are planned nevertheless: the worker waits a short
 * pause out, as it does for a call that is told of one, and gives a long one back to the caller.
 */
function filteredUnlessAllRest(candidacies: readonly Candidacy[], consideration: Consideration): Filtered {
  const usual = filtered(candidacies, consideration, FILTERS);
  const isServed = usual.eligible.some(({ onlyAfter }) => onlyAfter === undefined);
  if (isServed || !usual.dropped.some(({ filter }) => filter === cooling.name)) return usual;
  const resting = filtered(candidacies, consideration, FILTERS_WITHOUT_PAUSES);
  return resting.eligible.some(({ onlyAfter }) => onlyAfter === undefined) ? resting : usual;
}

/** One filter after the other, each over those that the ones before have left. */
function filtered(
  candidacies: readonly Candidacy[],
  consideration: Consideration,
  filters: readonly Filter[],
): Filtered {
  const dropped: Dropped[] = [];
  let eligible = candidacies;
  for (const filter of filters) {
    if (filter.applies(consideration)) eligible = remaining(eligible, { filter, consideration, dropped });
  }
  return { eligible, dropped };
}

/** The same list where nothing is left out, as is usual. */
function remaining(
  candidacies: readonly Candidacy[],
  { filter, consideration, dropped }: { filter: Filter; consideration: Consideration; dropped: Dropped[] },
): readonly Candidacy[] {
  let left: Candidacy[] | undefined;
  let index = -1;
  for (const candidacy of candidacies) {
    index++;
    const reason = filter.reasonAgainst(candidacy, consideration);
    if (reason === undefined) left?.push(candidacy);
    else {
      left ??= candidacies.slice(0, index);
      dropped.push({ candidacy, filter: filter.name, reason });
    }
  }
  return left ?? candidacies;
}

/** A prompt that is too long for every target goes to the models that are kept for prompts that prove to be. */
function withContextFallback(eligible: readonly Candidacy[], dropped: readonly Dropped[]): readonly Candidacy[] {
  if (eligible.some(({ onlyAfter }) => onlyAfter === undefined) || !isTooLongForAll(dropped)) return eligible;
  return eligible.map((candidacy) =>
    candidacy.onlyAfter === 'context_too_long' ? { ...candidacy, onlyAfter: undefined } : candidacy,
  );
}
