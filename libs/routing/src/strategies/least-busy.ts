import type { Candidacy, Order } from '../candidacy.js';
import { byScore } from './by-score.js';

/** Fewest calls under way for the weight, equals in a weighted draw. A target of which nothing is known has none. */
export const byCallsUnderWay: Order = (candidacies, { random }) =>
  byScore(candidacies, random, {
    scoreOf: (candidacy) => underWay(candidacy) / candidacy.entry.weight,
    reasonOf: (candidacy) => `${underWay(candidacy)} calls under way for weight ${candidacy.entry.weight}`,
  });

function underWay({ state }: Candidacy): number {
  return state?.inFlight ?? 0;
}
