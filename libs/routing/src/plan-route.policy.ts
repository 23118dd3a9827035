import type { Candidate, Facts, RoutingSlip, Target } from '#libs/contracts';
import type { Candidacy, Consideration, Filter, Ranked } from './candidacy.js';
import { consider } from './consider.policy.js';
import { executionOf, timeoutsOf } from './execution-of.policy.js';
import { FILTERS } from './filters/filters.js';
import { gatherCandidates } from './gather-candidates.policy.js';
import { quietState, type LiveState } from './live-state.js';
import { NoEligibleTarget } from './no-eligible-target.js';
import { preferred } from './preferences.policy.js';
import { asCandidate, isTooLongForAll, refusalOf, refusedOutright, type Dropped } from './refusal.policy.js';
import { resolveModel } from './resolve-model.policy.js';
import type { RoutingTable } from './routing-table.js';
import { orderOf } from './strategies/strategies.js';
import { trialTable } from './trial.policy.js';

/** A plan travels in a header with every message: more targets than these are never tried. */
const MOST_TARGETS = 16;

const BEYOND = `${MOST_TARGETS} targets are tried at most`;

/** Of these, places that targets kept for one class of failure may take from the others. */
const MOST_KEPT = 6;

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
  if (onTrial === undefined) return planBy(facts, table, live);
  const slip = planBy(facts, onTrial, live);
  return { ...slip, decision: { ...slip.decision, trial: true } };
}

function planBy(facts: Facts, table: RoutingTable, live: LiveState): RoutingSlip {
  const resolved = resolveModel(facts.model, table.models);
  if (!resolved) {
    throw new NoEligibleTarget(
      `The model '${facts.model}' does not exist here; GET /v1/models lists those that do.`,
      'model_not_found',
      [],
    );
  }
  const consideration = consider(facts, resolved, { table, live });
  const { candidacies, outside } = gatherCandidates(consideration);
  if (consideration.refusal) throw refusedOutright(consideration.refusal, candidacies, { consideration, outside });
  const { eligible, dropped } = filtered(candidacies, consideration);
  const served = withContextFallback(eligible, dropped);
  if (!served.some(({ onlyAfter }) => onlyAfter === undefined)) throw refusalOf({ dropped, outside }, consideration);
  const ranked = ordered(served, consideration);
  const { tried, beyond } = withinPlan(ranked);
  const execution = executionOf(consideration, tried);
  return {
    targets: tried.map(({ candidacy }) => planned(candidacy, consideration)),
    position: 0,
    attempts: [],
    decision: {
      snapshotRevision: table.revision,
      strategy: consideration.others.length > 0 ? 'auto' : consideration.strategy.kind,
      candidates: [
        ...tried.map((one, rank) => asPlanned(one, rank, consideration)),
        ...beyond.map((one) => asBeyond(one, consideration)),
        ...dropped.map((one) => asCandidate(one, consideration)),
        ...outside,
      ],
      ...(consideration.rule === undefined ? {} : { rule: consideration.rule }),
    },
    ...(execution ? { execution } : {}),
  };
}

/** One filter after the other, each over those that the ones before have left. */
function filtered(
  candidacies: readonly Candidacy[],
  consideration: Consideration,
): { eligible: readonly Candidacy[]; dropped: Dropped[] } {
  const dropped: Dropped[] = [];
  let eligible = candidacies;
  for (const filter of FILTERS) {
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
  for (const [index, candidacy] of candidacies.entries()) {
    const reason = filter.reasonAgainst(candidacy, consideration);
    if (reason === undefined) left?.push(candidacy);
    else {
      left ??= candidacies.slice(0, index);
      dropped.push({ candidacy, filter: filter.name, reason });
    }
  }
  return left ?? candidacies;
}

/** Group after group, each ordered by the strategy. */
function ordered(eligible: readonly Candidacy[], consideration: Consideration): Ranked[] {
  const order = orderOf(consideration.strategy);
  const last = eligible.at(-1)?.group ?? 0;
  if (last === 0) return preferred(order(eligible, consideration), consideration);
  return Array.from({ length: last + 1 }, (_, group) =>
    preferred(
      order(
        eligible.filter((candidacy) => candidacy.group === group),
        consideration,
      ),
      consideration,
    ),
  ).flat();
}

/** A prompt that is too long for every target goes to the models that are kept for prompts that prove to be. */
function withContextFallback(eligible: readonly Candidacy[], dropped: readonly Dropped[]): readonly Candidacy[] {
  if (eligible.some(({ onlyAfter }) => onlyAfter === undefined) || !isTooLongForAll(dropped)) return eligible;
  return eligible.map((candidacy) =>
    candidacy.onlyAfter === 'context_too_long' ? { ...candidacy, onlyAfter: undefined } : candidacy,
  );
}

/** Targets that are kept for one class of failure have a place of their own, however many others there are. */
function withinPlan(ranked: readonly Ranked[]): { tried: readonly Ranked[]; beyond: readonly Ranked[] } {
  if (ranked.length <= MOST_TARGETS) return { tried: ranked, beyond: [] };
  const usual = ranked.filter(({ candidacy }) => candidacy.onlyAfter === undefined);
  const kept = ranked.filter(({ candidacy }) => candidacy.onlyAfter !== undefined);
  const room = Math.max(MOST_TARGETS - kept.length, MOST_TARGETS - MOST_KEPT);
  const tried = [...usual.slice(0, room), ...kept.slice(0, MOST_TARGETS - Math.min(room, usual.length))];
  return { tried, beyond: [...usual.slice(room), ...kept.slice(MOST_TARGETS - Math.min(room, usual.length))] };
}

function planned({ entry, model, onlyAfter }: Candidacy, consideration: Consideration): Target {
  const { facts, asked } = consideration;
  const { unsupported } = model;
  return {
    provider: entry.provider,
    model: entry.model,
    price: entry.price,
    timeouts: timeoutsOf(model.timeouts, consideration),
    ...(unsupported === undefined ? {} : { unsupported }),
    ...(model === asked ? {} : { servesModel: model.name }),
    ...(onlyAfter === undefined ? {} : { onlyAfter }),
    ...(entry.quotas?.concurrency === undefined ? {} : { concurrency: entry.quotas.concurrency }),
    // Only where it is needed: some providers want a bound that the caller did not give.
    ...(facts.maxCompletionTokens === undefined && entry.limits?.maxOutputTokens !== undefined
      ? { maxOutputTokens: entry.limits.maxOutputTokens }
      : {}),
  };
}

function asPlanned({ candidacy, score, reasonOf }: Ranked, rank: number, { asked }: Consideration): Candidate {
  const { entry, model, onlyAfter } = candidacy;
  const reason = reasonOf(candidacy);
  const because = onlyAfter === undefined ? reason : `only after ${onlyAfter}: ${reason}`;
  const candidate: Candidate = {
    provider: entry.provider,
    model: entry.model,
    outcome: 'planned',
    rank,
    reason: because,
  };
  if (score !== undefined) candidate.score = score;
  if (model !== asked) candidate.servesModel = model.name;
  return candidate;
}

function asBeyond({ candidacy, score }: Ranked, consideration: Consideration): Candidate {
  const candidate = asCandidate({ candidacy, filter: 'plan_length', reason: BEYOND }, consideration);
  if (score !== undefined) candidate.score = score;
  return candidate;
}
