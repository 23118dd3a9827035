import type { Candidacy, Order } from '../candidacy.js';
import { reasons } from './by-score.js';
import { drawsOf } from './draws.js';

/** All in one weighted draw. */
export const byWeight: Order = (candidacies, { random }) => ({
  keys: new Float64Array(candidacies.length),
  draws: drawsOf(candidacies, random),
  isScored: false,
  reasonOf: reasons(candidacies, { reasonOf }),
});

function reasonOf({ entry }: Candidacy): string {
  return `drawn by weight ${entry.weight}`;
}
