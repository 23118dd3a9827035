import type { Candidate } from '#libs/contracts';
import type { Candidacy, Consideration, Refusal } from './candidacy.js';
import { denialOf } from './access.policy.js';
import { budget } from './filters/budget.filter.js';
import { tokensOfOneContext } from './context-fit.policy.js';
import { NoEligibleTarget } from './no-eligible-target.js';
import { remedyOf } from './refusal-remedies.js';

/** A candidate that a filter left out. */
export interface Dropped {
  readonly candidacy: Candidacy;
  readonly filter: string;
  readonly reason: string;
}

/** Filters whose reasons pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['withheld', 'quota', 'cooling', 'health']);

/** Filters of what is kept for others: to the caller it is as if it were not there. */
const KEPT_FOR_OTHERS: ReadonlySet<string> = new Set(['access', 'tier']);

const CONTEXT_WINDOW: ReadonlySet<string> = new Set(['context_window']);

/** Filters of what a model cannot do whoever asks. */
const OF_THE_MODEL: ReadonlySet<string> = new Set(['modality', 'abilities']);
const MINUTE = 60_000;
const MOST_REASONS = 2;
const MOST_REMEDIES = 3;

/** The refusal of a request whose every candidate was left out: it names each filter that removed one. */
export function refusalOf(
  { dropped, outside }: { readonly dropped: readonly Dropped[]; readonly outside: readonly Candidate[] },
  consideration: Consideration,
): NoEligibleTarget {
  const candidates = [...dropped.map((one) => asCandidate(one, consideration)), ...outside];
  if (isTooLongForAll(dropped)) return tooLong(dropped, candidates, consideration);
  const name = consideration.facts.model;
  if (candidates.length === 0) {
    const message = `The model '${name}' has no target; the operator must give it one.`;
    return new NoEligibleTarget(message, 'no_eligible_target', candidates);
  }
  const unwell = dropped.filter(({ candidacy, filter }) => candidacy.onlyAfter === undefined && PASSING.has(filter));
  if (unwell.length > 0) {
    const seconds = Math.min(...unwell.map((one) => secondsUntilBack(one, consideration.live.now)));
    const message =
      `No target of '${name}' that could serve this request is available now. ${leftOut(candidates)} ` +
      `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
    return new NoEligibleTarget(message, 'targets_unavailable', candidates, seconds);
  }
  const message = `No target of '${name}' may serve this request. ${leftOut(candidates)} ${remedies(candidates)}`;
  // What the budget leaves out would be served with more money: it was asked last of all that does not pass by itself.
  const isForMoney = dropped.some(
    ({ candidacy, filter }) => candidacy.onlyAfter === undefined && filter === budget.name,
  );
  if (isForMoney) return new NoEligibleTarget(message, 'budget_exceeded', candidates);
  const isBeyondAll = areAllLeftOutBy(OF_THE_MODEL, dropped);
  return new NoEligibleTarget(message, isBeyondAll ? 'unsupported_by_model' : 'no_eligible_target', candidates);
}

/** The refusal of a request that no target could change. */
export function refusedOutright(
  refusal: Refusal,
  candidacies: readonly Candidacy[],
  { consideration, outside }: { readonly consideration: Consideration; readonly outside: readonly Candidate[] },
): NoEligibleTarget {
  const { filter, message, code } = refusal;
  const candidates = candidacies.map((candidacy) => {
    // What is kept for others is so whatever else speaks against it, and known by that word to those who show records.
    const denial = denialOf(candidacy.entry.access, consideration.facts);
    return asCandidate({ candidacy, filter: denial ?? filter, reason: message }, consideration);
  });
  return new NoEligibleTarget(message, code, [...candidates, ...outside]);
}

/** Whether the prompt is too long for every target that is kept neither for failures nor for others, and nothing else was in their way. */
export function isTooLongForAll(dropped: readonly Dropped[]): boolean {
  return areAllLeftOutBy(CONTEXT_WINDOW, dropped);
}

function areAllLeftOutBy(filters: ReadonlySet<string>, dropped: readonly Dropped[]): boolean {
  let isSome = false;
  for (const { candidacy, filter } of dropped) {
    if (candidacy.onlyAfter !== undefined || KEPT_FOR_OTHERS.has(filter)) continue;
    if (!filters.has(filter)) return false;
    isSome = true;
  }
  return isSome;
}

/** As it stands in the record of the decision. */
export function asCandidate(
  { candidacy, filter, reason }: Dropped,
  { asked }: Consideration,
  score?: number,
): Candidate {
  const { entry, model } = candidacy;
  const { provider, model: name } = entry;
  // Written out as a whole where there is a score: a field that is added later takes its memory apart from the others.
  const candidate: Candidate =
    score === undefined
      ? { provider, model: name, outcome: 'dropped', filter, reason }
      : { provider, model: name, outcome: 'dropped', filter, reason, score };
  if (model !== asked) candidate.servesModel = model.name;
  return candidate;
}

function tooLong(dropped: readonly Dropped[], candidates: Candidate[], { facts }: Consideration): NoEligibleTarget {
  const tooShort = dropped.filter(({ filter }) => CONTEXT_WINDOW.has(filter));
  const allowed = Math.max(...tooShort.map(({ candidacy }) => candidacy.entry.limits?.contextWindow ?? 0));
  const message =
    `The maximum context length of '${facts.model}' is ${allowed} tokens, but the request has about ` +
    `${tokensOfOneContext(facts)} tokens; shorten it.`;
  return new NoEligibleTarget(message, 'context_length_exceeded', candidates);
}

/** A call under way may end at any time; a quota begins anew with the minute. */
function secondsUntilBack({ candidacy: { state, entry }, filter }: Dropped, now: number): number {
  const nextMinute = MINUTE - (now % MINUTE);
  const isFull = (state?.inFlight ?? 0) >= (entry.quotas?.concurrency ?? Infinity);
  const wait = {
    quota: isFull ? 0 : nextMinute,
    cooling: (state?.coolingUntil ?? now) - now,
    health: (state?.breaker?.until ?? now) - now,
  }[filter];
  return Math.max(1, Math.ceil((wait ?? 0) / 1_000));
}

/** Filter by filter with a few of the reasons. Targets are counted, not named: some are nobody's business but the operator's. */
function leftOut(candidates: readonly Candidate[]): string {
  const reasons = new Map<string, { count: number; of: Set<string> }>();
  for (const { filter = 'none', reason } of candidates) {
    const known = reasons.get(filter) ?? { count: 0, of: new Set() };
    known.count++;
    known.of.add(reason);
    reasons.set(filter, known);
  }
  const clauses = [...reasons].map(([filter, { count, of }]) => `${filter} (${count}): ${someOf(of)}`);
  return `Left out by ${clauses.join('; by ')}.`;
}

function someOf(reasons: ReadonlySet<string>): string {
  const shown = [...reasons].slice(0, MOST_REASONS).join(', ');
  return reasons.size > MOST_REASONS ? `${shown} and ${reasons.size - MOST_REASONS} other reasons` : shown;
}

function remedies(candidates: readonly Candidate[]): string {
  const known = new Set(candidates.map(({ filter = '' }) => remedyOf(filter)));
  const sentence = [...known].slice(0, MOST_REMEDIES).join(', or ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}
