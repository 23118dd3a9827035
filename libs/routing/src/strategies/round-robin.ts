import type { Order } from '../candidacy.js';
import { figuresOf } from './figures.js';

/** In turn, in the order of the configuration; weights do not count. Each router counts by itself. */
export const inTurn: Order = (candidacies, { live }) => {
  const count = candidacies.length;
  const turn = count === 0 ? 0 : live.turn(candidacies[0]?.model.name ?? '') % count;
  const keys = figuresOf(candidacies, (_candidacy, index) => (index - turn + count) % count);
  return {
    keys,
    draws: new Float64Array(count),
    isScored: true,
    reasonOf: (index) => {
      const place = keys[index] ?? 0;
      return `${place === 0 ? '' : `${place} after `}turn ${turn + 1} of ${count}`;
    },
  };
};
