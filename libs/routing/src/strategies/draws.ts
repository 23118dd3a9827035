import type { Candidacy } from '../candidacy.js';
import { figuresOf } from './figures.js';

/** A chance for each candidate, as places in one weighted draw. */
export function drawsOf(candidacies: readonly Candidacy[], random: () => number): Float64Array {
  return figuresOf(candidacies, ({ entry }) => placeInDraw(entry.weight, random()));
}

/**
 * The place of a candidate in a draw without replacement, in which each is taken with a chance in proportion to its weight among
 * those left (Efraimidis and Spirakis 2006: order by ln(u) / weight); lower comes first. `share` is in [0, 1).
 */
export function placeInDraw(weight: number, share: number): number {
  return -Math.log(1 - share) / weight;
}
