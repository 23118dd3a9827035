import type { Order } from '../candidacy.js';

/** In turn, in the order of the configuration; weights do not count. Each router counts by itself. */
export const inTurn: Order = (candidacies, { live }) => {
  const [first] = candidacies;
  if (first === undefined) return [];
  const count = candidacies.length;
  const turn = live.turn(first.model.name) % count;
  return [...candidacies.slice(turn), ...candidacies.slice(0, turn)].map((candidacy, place) => ({
    candidacy,
    score: place,
    reasonOf: () => `${place === 0 ? '' : `${place} after `}turn ${turn + 1} of ${count}`,
  }));
};
