import type { Candidacy, Order } from '../candidacy.js';
import { drawsOf } from './draws.js';
import { figuresOf } from './figures.js';
import { explored, EXPLORED_SHARE } from './exploration.js';

/** A live statistic that targets are ordered by. */
export interface Measure {
  /** Lower is better; undefined where nothing has been measured. */
  valueOf(candidacy: Candidacy): number | undefined;
  /** Up to which value targets count as equal to the best one. */
  equalUpTo(best: number): number;
  /** The value in words, with its unit. */
  words(value: number): string;
}

/**
 * The best value first; those that count as equal to it are drawn by weight. Targets without a value come last, drawn by weight,
 * but one of them comes first in a small share of the decisions. Where nothing has a value, all are drawn by weight.
 */
export function byMeasure(measure: Measure): Order {
  return (candidacies, { random }) => {
    const isExploring = random() < EXPLORED_SHARE;
    const draws = drawsOf(candidacies, random);
    const values = figuresOf(candidacies, (candidacy) => measure.valueOf(candidacy) ?? Infinity);
    let best = Infinity;
    for (const value of values) if (value < best) best = value;
    const limit = measure.equalUpTo(best);
    const levelled = (value: number): number => (value <= limit ? best : value);
    const keys = figuresOf(candidacies, (_candidacy, index) => levelled(values[index] ?? Infinity));
    if (isExploring) explored({ keys, draws }, (index) => values[index] !== Infinity);
    return {
      keys,
      draws,
      isScored: true,
      reasonOf: (index) => {
        if (keys[index] === -Infinity) return 'not measured lately, tried first to be measured';
        return reasonBeside(best, { value: values[index], weight: candidacies[index]?.entry.weight, measure });
      },
    };
  };
}

function reasonBeside(
  best: number,
  { value = Infinity, weight, measure }: { value: number | undefined; weight: number | undefined; measure: Measure },
): string {
  if (value === Infinity) return `not measured lately, drawn by weight ${weight}`;
  const words = measure.words(value);
  return value <= measure.equalUpTo(best)
    ? `${words}, equal to the best of ${measure.words(best)}, drawn by weight ${weight}`
    : `${words}, the best has ${measure.words(best)}`;
}
