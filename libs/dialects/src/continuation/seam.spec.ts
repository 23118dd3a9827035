import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Seam } from './seam.js';
import type { ContinuationStyle } from './stream-continuation.js';

/** What is new in a text that comes in pieces of that length. */
function rest(
  before: string,
  after: string,
  { pieces = 3, style = 'instruction' }: { pieces?: number; style?: ContinuationStyle } = {},
): string {
  const seam = new Seam(before, style);
  let told = '';
  for (let start = 0; start < after.length; start += pieces) told += seam.push(after.slice(start, start + pieces));
  return told + seam.flush();
}

describe('Seam', () => {
  it('leaves out what repeats the end, or the whole, of the text before', () => {
    expect(rest('The cat sat on the mat', 'sat on the mat and slept')).toBe(' and slept');
    expect(rest('The cat sat on the mat', 'The cat sat on the mat and slept')).toBe(' and slept');
    expect(rest('The cat sat on the techno', 'technology of mats')).toBe('logy of mats');
    expect(rest('Hi', 'Hi there')).toBe(' there');
  });

  it('pays no heed to blanks before what is repeated, nor to those with which the text before ends', () => {
    expect(rest('The cat sat on the mat', '\n\n sat on the mat and slept')).toBe(' and slept');
    expect(rest('The cat sat on the mat.\n\n', 'sat on the mat.\n\nThen')).toBe('Then');
    expect(rest('The cat sat on the mat.\n\n', 'sat on the mat.')).toBe('');
  });

  it('keeps what meets by chance', () => {
    expect(rest('A bal', 'loon')).toBe('loon');
    expect(rest('1,0', '00,000')).toBe('00,000');
    expect(rest('He was', ' as tall')).toBe(' as tall');
    expect(rest('The cat sat on the mat', 'sat on the mattress')).toBe('tress');
    expect(rest('The cat sat on the mat', ' cat sat on a chair')).toBe(' cat sat on a chair');
  });

  it('takes the longest of several overlaps', () => {
    expect(rest('to be or not to be', 'to be or not to be, that is')).toBe(', that is');
  });

  it('gives again what was not told of the text: blanks before an answer, half a character', () => {
    expect(rest('One.\n\n', '\n\nTwo.', { style: 'prefill' })).toBe('Two.');
    expect(rest('One.\n\n', 'Two.', { style: 'prefill' })).toBe('Two.');
    expect(rest('One \ud83d', '\ud83d\ude00 two')).toBe('\ude00 two');
    expect(rest('    if (a) {\n  ', '  b();')).toBe('  b();');
  });

  it('holds nothing back that cannot be a repetition any more', () => {
    const seam = new Seam('The cat sat on the mat', 'instruction');
    expect(seam.push('and')).toBe('and');
    expect(seam.push(' sat on the mat')).toBe(' sat on the mat');
  });

  it('finds the seam wherever it is, and however much is repeated in whatever pieces', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }), {
      minLength: 4,
      maxLength: 40,
    });
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 20 }), (drawn, cutAt, back, pieces) => {
        const whole = drawn.map((word, index) => `${index}:${word.trim()}.`).join(' ');
        const cut = cutAt % (whole.length + 1);
        const before = whole.slice(0, cut);
        const repeated = back % (cut + 1);
        // Shorter ones cannot be told from chance; half a character at the end does not count.
        const overlap = before.slice(cut - repeated).trim().length < 9 ? 0 : repeated;
        expect(before + rest(before, whole.slice(cut - overlap), { pieces })).toBe(whole);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no longer for a long text that is repeated whole', () => {
    const before = 'word '.repeat(100_000);
    const started = performance.now();
    expect(rest(before, `${before}end`, { pieces: 10 })).toBe('end');
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
