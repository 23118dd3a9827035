import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatUsd } from './format-usd.js';
import { parseUsdPerMillion } from './parse-usd-per-million.js';
import { PriceFormatError } from './price-format.error.js';

describe('a price as written', () => {
  it.each([
    ['0.40', 400_000_000n],
    ['15', 15_000_000_000n],
    ['0', 0n],
    ['0.01875', 18_750_000n],
    ['0.000000001', 1n],
    ['1000000', 10n ** 15n],
  ])('reads %s exactly', (text, nanoUsd) => {
    expect(parseUsdPerMillion(text)).toBe(nanoUsd);
  });

  it.each([
    '-0.40',
    '+1',
    '',
    ' 1',
    '1e-6',
    '0.',
    '.5',
    '1,000',
    'NaN',
    'Infinity',
    '0x10',
    '0.4000000001',
    '1000000.01',
    '٣',
  ])('refuses %j', (text) => {
    expect(() => parseUsdPerMillion(text)).toThrow(PriceFormatError);
  });

  it('names the price and the remedy', () => {
    expect(() => parseUsdPerMillion('$3')).toThrow(
      'The price "$3" must be a plain non-negative decimal such as "0.40".',
    );
  });

  it('comes back from its written form unchanged', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        (nanoUsd) => parseUsdPerMillion(formatUsd(nanoUsd)) === nanoUsd,
      ),
      { numRuns: 25_000 },
    );
  });
});

describe('an amount as shown', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [18n, '0.000000018'],
    [1_500_000_000n, '1.5'],
    [120_000_000_000n, '120'],
    [-2_500_000_000n, '-2.5'],
  ])('writes %s nano-USD as %s', (nanoUsd, text) => {
    expect(formatUsd(nanoUsd)).toBe(text);
  });
});
