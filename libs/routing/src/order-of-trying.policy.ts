import type { Candidate } from '#libs/contracts';
import type { Candidacy, Consideration, Ordering, Ranked } from './candidacy.js';
import { strategyWithinPlan } from './plan-bounds.policy.js';
import { preferred, type Preferred } from './preferences.policy.js';
import { asCandidate } from './refusal.policy.js';
import { foremost } from './strategies/foremost.js';
import { orderOf } from './strategies/strategies.js';

/** A plan travels in a header with every message: more targets than these are never tried. */
export const MOST_TARGETS = 16;

/** Of these, places that targets kept for one class of failure may take from the others. */
const MOST_KEPT = 6;

const BEYOND = `${MOST_TARGETS} targets are tried at most`;

/** What is tried, in order, and what there is no room for, in no order and as it stands in the record. */
export interface OrderOfTrying {
  readonly tried: readonly Ranked[];
  readonly beyond: readonly Candidate[];
}

/** Places of a plan: what has one already, and how many there are in all. */
interface Places {
  readonly tried: Ranked[];
  readonly room: number;
}

/** Group after group, each ordered by its strategy and by what goes before it, as far as the plan has room. */
export function orderOfTrying(eligible: readonly Candidacy[], consideration: Consideration): OrderOfTrying {
  const { usual, kept } = placesFor(eligible);
  const beyond: Candidate[] = [];
  for (const group of groupsOf(eligible)) {
    const { tried, room } = group[0]?.onlyAfter === undefined ? usual : kept;
    const strategy = strategyWithinPlan(group[0]?.strategy ?? consideration.strategy, consideration.facts);
    const ordering = orderOf(strategy)(group, consideration);
    const before = preferred(group, ordering, consideration);
    const { keys, draws } = ordering;
    const chosen = foremost({ places: before.places, first: before.first, keys, draws }, room - tried.length);
    for (const index of chosen) {
      const candidacy = group[index];
      if (candidacy !== undefined) tried.push(ranked(candidacy, index, { ordering, before }));
    }
    if (chosen.length < group.length) addBeyond(beyond, { group, ordering, chosen, consideration });
  }
  return { tried: kept.tried.length === 0 ? usual.tried : [...usual.tried, ...kept.tried], beyond };
}

/** Targets that are kept for one class of failure have places of their own, however many others there are. */
function placesFor(eligible: readonly Candidacy[]): { usual: Places; kept: Places } {
  let count = 0;
  for (const { onlyAfter } of eligible) if (onlyAfter !== undefined) count++;
  const room = Math.max(MOST_TARGETS - count, MOST_TARGETS - MOST_KEPT);
  const left = MOST_TARGETS - Math.min(room, eligible.length - count);
  return { usual: { tried: [], room }, kept: { tried: [], room: left } };
}

function addBeyond(
  beyond: Candidate[],
  {
    group,
    ordering,
    chosen,
    consideration,
  }: { group: readonly Candidacy[]; ordering: Ordering; chosen: readonly number[]; consideration: Consideration },
): void {
  const isChosen = new Uint8Array(group.length);
  for (const index of chosen) isChosen[index] = 1;
  let index = 0;
  for (const candidacy of group) {
    if (isChosen[index] === 0) {
      const left = { candidacy, filter: 'plan_length', reason: BEYOND };
      beyond.push(asCandidate(left, consideration, scoreOf(ordering, index)));
    }
    index++;
  }
}

function ranked(
  candidacy: Candidacy,
  index: number,
  { ordering, before }: { ordering: Ordering; before: Preferred },
): Ranked {
  const reasonOf = (): string => before.noteOf(index) + ordering.reasonOf(index);
  return { candidacy, score: scoreOf(ordering, index), reasonOf };
}

function scoreOf({ keys, isScored }: Ordering, index: number): number | undefined {
  const key = keys[index];
  return isScored && Number.isFinite(key) ? key : undefined;
}

/** The candidates of a group stand together. */
function groupsOf(candidacies: readonly Candidacy[]): readonly (readonly Candidacy[])[] {
  const last = candidacies.at(-1)?.group;
  if (last === candidacies[0]?.group) return [candidacies];
  const groups: Candidacy[][] = [];
  let current: number | undefined;
  for (const candidacy of candidacies) {
    if (candidacy.group !== current) groups.push([]);
    current = candidacy.group;
    groups.at(-1)?.push(candidacy);
  }
  return groups;
}
