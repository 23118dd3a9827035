import type { Candidacy, Ranked } from '../candidacy.js';
import { inOrder } from './in-order.js';
import { placeInDraw, type Drawn } from './weighted-draw.js';

/** How candidates are compared. */
export interface Scoring {
  /** Lower comes first. `index` is the candidate's place before the ordering. */
  scoreOf(candidacy: Candidacy, index: number): number;
  readonly reasonOf: (candidacy: Candidacy) => string;
}

interface Scored extends Drawn {
  readonly score: number;
}

/** The lowest score first, equals in a weighted draw. */
export function byScore(candidacies: readonly Candidacy[], random: () => number, scoring: Scoring): Ranked[] {
  const { reasonOf } = scoring;
  const scored = candidacies.map((candidacy, index): Scored => {
    const draw = placeInDraw(candidacy, random());
    return { candidacy, draw, score: scoring.scoreOf(candidacy, index), reasonOf };
  });
  return inOrder(scored, (left, right) => left.score - right.score || left.draw - right.draw);
}
