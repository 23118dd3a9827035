import type { Candidacy, Ordering } from '../candidacy.js';
import { drawsOf } from './draws.js';
import { figuresOf } from './figures.js';

/** How candidates are compared. */
export interface Scoring {
  /** Lower comes first. */
  readonly scoreOf: (candidacy: Candidacy) => number;
  readonly reasonOf: (candidacy: Candidacy) => string;
}

/** The lowest score first, equals in a weighted draw. */
export function byScore(candidacies: readonly Candidacy[], random: () => number, scoring: Scoring): Ordering {
  const keys = figuresOf(candidacies, scoring.scoreOf);
  return { keys, draws: drawsOf(candidacies, random), isScored: true, reasonOf: reasons(candidacies, scoring) };
}

/** Reasons by the index of a candidate. */
export function reasons(
  candidacies: readonly Candidacy[],
  { reasonOf }: Pick<Scoring, 'reasonOf'>,
): (index: number) => string {
  return (index) => {
    const candidacy = candidacies[index];
    return candidacy === undefined ? '' : reasonOf(candidacy);
  };
}
