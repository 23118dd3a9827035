import { describe, expect, it } from '@jest/globals';
import { fitTrees, joinTrees, scoreTrees, type TreeOptions } from './boosted-trees.js';
import { seededNumbers } from './seeded-numbers.js';

const ROWS = Array.from({ length: 400 }, (_, row) => Float64Array.of(row % 20, (row * 7) % 13));
const optionsOf = (seed: number): TreeOptions => ({
  trees: 40,
  bags: 2,
  learningRate: 0.2,
  rowShare: 0.8,
  figureShare: 1,
  fewestRows: 5,
  penalty: 1,
  random: seededNumbers(seed),
});
const isLarge = Float64Array.from(ROWS, ([first = 0]) => (first >= 10 ? 1 : 0));
const isHigh = Float64Array.from(ROWS, ([, second = 0]) => (second >= 6 ? -2 : 0));

describe('boosted trees', () => {
  it('learn a question about a figure', () => {
    const trees = fitTrees(ROWS, isLarge, optionsOf(1));
    expect(scoreTrees(trees, Float64Array.of(15, 0))).toBeCloseTo(1, 1);
    expect(scoreTrees(trees, Float64Array.of(3, 12))).toBeCloseTo(0, 1);
  });

  it('score as the sum of both when two sets are joined', () => {
    const [one, other] = [fitTrees(ROWS, isLarge, optionsOf(1)), fitTrees(ROWS, isHigh, optionsOf(2))];
    const both = joinTrees(one, other);
    for (const row of ROWS.slice(0, 50)) {
      expect(scoreTrees(both, row)).toBeCloseTo(scoreTrees(one, row) + scoreTrees(other, row), 5);
    }
    expect(scoreTrees(both, Float64Array.of(15, 12))).toBeCloseTo(-1, 1);
  });
});
