import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, property, record } from 'fast-check';
import { GapRecovered, type Judged } from './gap-recovered.js';

const NEEDED = { weak: 0, strong: 1 };
const NOT_NEEDED = { weak: 1, strong: 1 };
const HARMFUL = { weak: 1, strong: 0 };

function judged(...rows: readonly [number, { weak: number; strong: number }][]): Judged[] {
  return rows.map(([score, qualities]) => ({ score, ...qualities }));
}

describe('the performance gap recovered', () => {
  it('is all of it at once when the prompts that need the strong model come first', () => {
    const recovered = new GapRecovered(judged([0.9, NEEDED], [0.8, NEEDED], [0.2, NOT_NEEDED], [0.1, NOT_NEEDED]));

    expect(recovered.at(0)).toBe(0);
    expect(recovered.at(0.25)).toBe(0.5);
    expect(recovered.at(0.5)).toBe(1);
    expect(recovered.average).toBe(0.75);
    expect(recovered.shareFor(0.5)).toBe(0.25);
    expect(recovered.shareFor(1)).toBe(0.5);
  });

  it('averages 0.5 when the scores say nothing', () => {
    const recovered = new GapRecovered(judged([0.5, NEEDED], [0.5, NOT_NEEDED], [0.5, HARMFUL], [0.5, NEEDED]));

    expect(recovered.average).toBeCloseTo(0.5);
    expect(recovered.at(0.5)).toBeCloseTo(0.5);
  });

  it('exceeds 1 where prompts that the strong model spoils are left to the weak one', () => {
    expect(new GapRecovered(judged([1, NEEDED], [0.9, NEEDED], [0.1, HARMFUL])).at(2 / 3)).toBe(2);
  });

  it('is unknown where the strong model is no better', () => {
    const recovered = new GapRecovered(judged([0.5, NOT_NEEDED], [0.1, HARMFUL]));

    expect(recovered.average).toBeUndefined();
    expect(recovered.at(0.5)).toBeUndefined();
    expect(recovered.shareFor(0.5)).toBeUndefined();
    expect(new GapRecovered([]).average).toBeUndefined();
  });

  it('of scores and of the opposite scores add up to 1', () => {
    const row = record({
      score: constantFrom(0, 0.25, 0.5, 0.75, 1),
      weak: constantFrom(0, 0.5, 1),
      strong: constantFrom(0, 1),
    });
    assert(
      property(array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const one = new GapRecovered(rows).average;
        const other = new GapRecovered(rows.map((each) => ({ ...each, score: -each.score }))).average;
        if (one === undefined || other === undefined) return;
        expect(one + other).toBeCloseTo(1);
      }),
    );
  });
});
