import type { Candidacy, Order } from '../candidacy.js';
import { reasons } from './by-score.js';
import { drawsOf } from './draws.js';
import { figuresOf } from './figures.js';

/** Lower priority numbers first, equals in a weighted draw. */
export const byPriority: Order = (candidacies, { random }) => {
  const keys = figuresOf(candidacies, ({ entry }) => entry.priority);
  return { keys, draws: drawsOf(candidacies, random), isScored: false, reasonOf: reasons(candidacies, { reasonOf }) };
};

function reasonOf({ entry }: Candidacy): string {
  return `priority ${entry.priority}, weight ${entry.weight} among equals`;
}
