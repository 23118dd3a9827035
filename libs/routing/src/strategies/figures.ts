import type { Candidacy } from '../candidacy.js';

/** One figure of each candidate, at its index. */
export function figuresOf(
  candidacies: readonly Candidacy[],
  figureOf: (candidacy: Candidacy, index: number) => number,
): Float64Array {
  const figures = new Float64Array(candidacies.length);
  let index = 0;
  for (const candidacy of candidacies) {
    figures[index] = figureOf(candidacy, index);
    index++;
  }
  return figures;
}
