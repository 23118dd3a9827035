import type { Strategy } from '#libs/contracts';
import type { Candidacy, Order, Ranked } from '../candidacy.js';
import { hashText } from '../hash-text.js';
import { stickyValue } from '../sticky-value.policy.js';
import { inOrder } from './in-order.js';
import { rendezvousPlace } from './rendezvous.js';
import { byWeight } from './weighted.js';

/** Each value keeps its target while that is eligible; requests without the value are drawn by weight. */
export function byHash({ by }: Extract<Strategy, { kind: 'consistent_hash' }>): Order {
  return (candidacies, consideration) => {
    const value = stickyValue(consideration.facts, by);
    if (value === undefined) return withoutValue(byWeight(candidacies, consideration), by);
    const hashed = hashText(value);
    const reasonOf = ({ entry }: Candidacy): string => `by the hash of its ${by}, weight ${entry.weight}`;
    return inOrder(
      candidacies.map((candidacy) => ({ candidacy, score: rendezvousPlace(candidacy, hashed), reasonOf })),
      (left, right) => left.score - right.score,
    );
  };
}

function withoutValue(ranked: readonly Ranked[], by: string): Ranked[] {
  return ranked.map((one) => ({
    ...one,
    reasonOf: (candidacy: Candidacy) => `the request names no ${by}, ${one.reasonOf(candidacy)}`,
  }));
}
