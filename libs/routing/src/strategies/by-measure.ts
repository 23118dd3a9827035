import type { Candidacy, Order, Ranked } from '../candidacy.js';
import { EXPLORED_SHARE } from './exploration.js';
import { inOrder } from './in-order.js';
import { byDraw, placeInDraw, type Drawn } from './weighted-draw.js';

/** A live statistic that targets are ordered by. */
export interface Measure {
  /** Lower is better; undefined where nothing has been measured. */
  valueOf(candidacy: Candidacy): number | undefined;
  /** Up to which value targets count as equal to the best one. */
  equalUpTo(best: number): number;
  /** The value in words, with its unit. */
  words(value: number): string;
}

interface Measured extends Drawn {
  readonly score: number;
}

/**
 * The best value first; those that count as equal to it are drawn by weight. Targets without a value come last, drawn by weight,
 * but one of them comes first in a small share of the decisions. Where nothing has a value, all are drawn by weight.
 */
export function byMeasure(measure: Measure): Order {
  return (candidacies, { random }) => {
    const isExploring = random() < EXPLORED_SHARE;
    const best = bestOf(candidacies, measure);
    const limit = measure.equalUpTo(best);
    const reasonOf = (candidacy: Candidacy): string => reasonBeside(best, candidacy, measure);
    const known: Measured[] = [];
    const unknown: Drawn[] = [];
    for (const candidacy of candidacies) {
      const draw = placeInDraw(candidacy, random());
      const value = measure.valueOf(candidacy);
      if (value === undefined) unknown.push({ candidacy, draw, reasonOf: notMeasured });
      else known.push({ candidacy, draw, score: value <= limit ? best : value, reasonOf });
    }
    inOrder(known, (left, right) => left.score - right.score || left.draw - right.draw);
    inOrder(unknown, byDraw);
    const [explored, ...others] = unknown;
    if (!isExploring || explored === undefined || known.length === 0) return [...known, ...unknown];
    return [{ ...explored, reasonOf: tried }, ...known, ...others] satisfies Ranked[];
  };
}

function bestOf(candidacies: readonly Candidacy[], measure: Measure): number {
  let best = Infinity;
  for (const candidacy of candidacies) best = Math.min(best, measure.valueOf(candidacy) ?? Infinity);
  return best;
}

function tried(): string {
  return 'not measured lately, tried first to be measured';
}

function notMeasured({ entry }: Candidacy): string {
  return `not measured lately, drawn by weight ${entry.weight}`;
}

function reasonBeside(best: number, candidacy: Candidacy, measure: Measure): string {
  const value = measure.valueOf(candidacy) ?? best;
  const words = measure.words(value);
  return value <= measure.equalUpTo(best)
    ? `${words}, equal to the best of ${measure.words(best)}, drawn by weight ${candidacy.entry.weight}`
    : `${words}, the best has ${measure.words(best)}`;
}
