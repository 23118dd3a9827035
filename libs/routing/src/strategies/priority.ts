import type { Candidacy, Order } from '../candidacy.js';
import { inOrder } from './in-order.js';
import { placeInDraw, type Drawn } from './weighted-draw.js';

/** Lower priority numbers first, equals in a weighted draw. */
export const byPriority: Order = (candidacies, { random }) =>
  inOrder<Drawn>(
    candidacies.map((candidacy) => ({ candidacy, draw: placeInDraw(candidacy, random()), reasonOf })),
    (left, right) => left.candidacy.entry.priority - right.candidacy.entry.priority || left.draw - right.draw,
  );

function reasonOf({ entry }: Candidacy): string {
  return `priority ${entry.priority}, weight ${entry.weight} among equals`;
}
