import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { countTokens, splitIntoTokens } from './tokens.js';

const anyText = fc.string({
  unit: fc.constantFrom('a', 'Z', '7', '_', ' ', '\n', '\t', '.', '$', '<', 'é', '😀', '\u00a0'),
});

describe('tokens', () => {
  it('counts words and punctuation marks with the space before them, and space at the very end', () => {
    expect(splitIntoTokens('It costs $12.50, right? ')).toEqual([
      'It',
      ' costs',
      ' $',
      '12',
      '.',
      '50',
      ',',
      ' right',
      '?',
      ' ',
    ]);
    expect(countTokens('')).toBe(0);
    expect(countTokens('   ')).toBe(1);
  });

  it('splits any text into exactly the tokens it counts, which joined give the text back', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = splitIntoTokens(text);
        expect(tokens.join('')).toBe(text);
        expect(countTokens(text)).toBe(tokens.length);
      }),
    );
  });

  it('counts a prefix of whole tokens as that many tokens', () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, count) => {
        const prefix = splitIntoTokens(text).slice(0, count);
        expect(countTokens(prefix.join(''))).toBe(prefix.length);
      }),
    );
  });
});
