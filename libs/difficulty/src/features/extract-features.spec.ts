import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { boundedText, LONGEST_TEXT } from './bounded-text.js';
import { extractFeatures } from './extract-features.js';
import { STATISTIC_NAMES } from './statistics.js';

const CHOICE = 'Which metal is liquid at room temperature?\nA. Iron\nB. Mercury\nC. Gold\nD. Tin\nAnswer:';
const OPEN = 'Ann buys 3 pens for $1.50 each. She pays with 1,000 coins. How much does she spend on 2 days?';

function statistic(prompt: string, name: string): number {
  const place = STATISTIC_NAMES.indexOf(name);
  expect(place).toBeGreaterThanOrEqual(0);
  return extractFeatures(prompt).statistics[place]!;
}

describe('the features of a prompt', () => {
  it('tell lettered answers from an open question', () => {
    expect(extractFeatures(CHOICE).kind).toBe('choice');
    expect(extractFeatures('Choose.\n(A) this\n(B) that').kind).toBe('choice');
    expect(extractFeatures(OPEN).kind).toBe('open');
    expect(extractFeatures('A. Einstein was born in\nwhich town?').kind).toBe('open');
  });

  it('count numbers, sums of money and words by what they mean', () => {
    expect(statistic(OPEN, 'stem.numbers')).toBeCloseTo(Math.log1p(4));
    expect(statistic(OPEN, 'stem.sumsWithCents')).toBeCloseTo(Math.log1p(1));
    expect(statistic(OPEN, 'stem.withComma')).toBeCloseTo(Math.log1p(1));
    expect(statistic(OPEN, 'stem.largest')).toBeCloseTo(Math.log1p(1000));
    expect(statistic(OPEN, 'stem.each')).toBeCloseTo(Math.log1p(1));
    expect(statistic(OPEN, 'sentences')).toBeCloseTo(Math.log1p(3));
  });

  it('look at the sentence that asks apart', () => {
    expect(statistic(OPEN, 'question.numbers')).toBeCloseTo(Math.log1p(1));
    expect(statistic(OPEN, 'question.endsWithNumber')).toBe(1);
    expect(statistic(OPEN, 'question.much')).toBeCloseTo(Math.log1p(1));
    expect(statistic('Is it 5? Say yes or no.', 'afterQuestion')).toBe(1);
  });

  it('describe the answers offered', () => {
    expect(statistic(CHOICE, 'options')).toBe(4);
    expect(statistic(CHOICE, 'options.longest')).toBeCloseTo(Math.log1p('Mercury'.length));
    expect(statistic(CHOICE, 'options.longestPlace')).toBe(1);
    expect(statistic('What is 2 + 2?\nA. 4\nB. 5', 'options.numeric')).toBe(1);
  });

  it('name each bucket of terms once and weigh it by how often it occurs', () => {
    const { buckets, weights, singles } = extractFeatures('again and again').terms;

    expect(new Set(buckets).size).toBe(buckets.length);
    expect(singles).toBe(2);
    expect([...weights.subarray(0, 2)]).toEqual([Math.fround(1 + Math.log(2)), 1]);
  });

  it('do not depend on the value of a number, only on how long it is', () => {
    expect(extractFeatures('add 12 to 345').terms).toEqual(extractFeatures('add 98 to 765').terms);
    expect(extractFeatures('add 12 to 345').terms).not.toEqual(extractFeatures('add 123 to 345').terms);
  });

  it('tell a word of an offered answer from the same word of the question', () => {
    const bucketsOf = (prompt: string): Set<number> => new Set(extractFeatures(prompt).terms.buckets);
    const asked = bucketsOf('Which of them is a whale\nA. cat\nB. dog\nAnswer:');
    const offered = bucketsOf('Which of them is a cat\nA. whale\nB. dog\nAnswer:');
    const open = extractFeatures('Which of them is a whale').terms;
    expect([...asked].filter((bucket) => !offered.has(bucket)).length).toBeGreaterThan(1);
    // Words and pairs alone, where nothing is offered.
    expect(open.buckets.length).toBe(2 * open.singles - 1);
  });

  it('are finite and bounded for any text', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 6_000 }), (prompt) => {
        const { statistics, terms } = extractFeatures(prompt);
        expect(statistics).toHaveLength(STATISTIC_NAMES.length);
        expect(statistics.every(Number.isFinite)).toBe(true);
        expect(terms.buckets.length).toBeLessThanOrEqual(3 * LONGEST_TEXT);
      }),
    );
  });

  it('of a long text are those of its beginning and its end', () => {
    const begin = 'b'.repeat(2_048);
    const end = ' the end '.repeat(120);

    expect(boundedText(begin + 'x'.repeat(1e6) + end)).toHaveLength(LONGEST_TEXT);
    expect(extractFeatures(begin + 'middle '.repeat(1e5) + end)).toEqual(
      extractFeatures(begin + 'else '.repeat(1e4) + end),
    );
  });
});
