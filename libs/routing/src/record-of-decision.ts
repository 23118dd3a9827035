import type { Candidate } from '#libs/contracts';
import type { Consideration, Ranked } from './candidacy.js';
import type { OrderOfTrying } from './order-of-trying.policy.js';
import { asCandidate, type Dropped } from './refusal.policy.js';

/** What became of the candidates of a decision. */
export interface Decided extends OrderOfTrying {
  readonly dropped: readonly Dropped[];
  /** What was named and is nothing that can be tried. */
  readonly outside: readonly Candidate[];
}

/** Every candidate once: those of the plan in the order of trying, then those beyond it, then those that were left out. */
export function recordOf({ tried, beyond, dropped, outside }: Decided, consideration: Consideration): Candidate[] {
  const candidates: Candidate[] = [];
  for (const ranked of tried) candidates.push(asPlanned(ranked, candidates.length, consideration));
  for (const candidate of beyond) candidates.push(candidate);
  for (const one of dropped) candidates.push(asCandidate(one, consideration));
  for (const candidate of outside) candidates.push(candidate);
  return candidates;
}

function asPlanned({ candidacy, score, reasonOf }: Ranked, rank: number, { asked }: Consideration): Candidate {
  const { entry, model, onlyAfter } = candidacy;
  const reason = reasonOf();
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
