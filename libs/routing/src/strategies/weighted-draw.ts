import type { Candidacy, Ranked } from '../candidacy.js';

/** A candidate with its place in a draw; lower comes first. */
export interface Drawn extends Ranked {
  readonly draw: number;
}

/**
 * The place of a candidate in a draw without replacement, in which each is taken with a chance in proportion to its weight among
 * those left (Efraimidis and Spirakis 2006: order by ln(u) / weight); lower comes first. `share` is in [0, 1).
 */
export function placeInDraw({ entry }: Candidacy, share: number): number {
  return -Math.log(1 - share) / entry.weight;
}

/** What comes first in a draw. */
export const byDraw = (left: Drawn, right: Drawn): number => left.draw - right.draw;
