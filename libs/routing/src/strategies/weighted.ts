import type { Candidacy, Order } from '../candidacy.js';
import { inOrder } from './in-order.js';
import { byDraw, placeInDraw, type Drawn } from './weighted-draw.js';

/** All in one weighted draw. */
export const byWeight: Order = (candidacies, { random }) =>
  inOrder<Drawn>(
    candidacies.map((candidacy) => ({ candidacy, draw: placeInDraw(candidacy, random()), reasonOf })),
    byDraw,
  );

function reasonOf({ entry }: Candidacy): string {
  return `drawn by weight ${entry.weight}`;
}
