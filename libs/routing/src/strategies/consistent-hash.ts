import type { Strategy } from '#libs/contracts';
import type { Order } from '../candidacy.js';
import { hashText } from '../hash-text.js';
import { stickyValue } from '../sticky-value.policy.js';
import { reasons } from './by-score.js';
import { figuresOf } from './figures.js';
import { rendezvousPlace } from './rendezvous.js';
import { byWeight } from './weighted.js';

/** Each value keeps its target while that is eligible; requests without the value are drawn by weight. */
export function byHash({ by }: Extract<Strategy, { kind: 'consistent_hash' }>): Order {
  return (candidacies, consideration) => {
    const value = stickyValue(consideration.facts, by);
    if (value === undefined) {
      const drawn = byWeight(candidacies, consideration);
      return { ...drawn, reasonOf: (index) => `the request names no ${by}, ${drawn.reasonOf(index)}` };
    }
    const hashed = hashText(value);
    return {
      keys: figuresOf(candidacies, (candidacy) => rendezvousPlace(candidacy, hashed)),
      draws: new Float64Array(candidacies.length),
      isScored: true,
      reasonOf: reasons(candidacies, { reasonOf: ({ entry }) => `by the hash of its ${by}, weight ${entry.weight}` }),
    };
  };
}
