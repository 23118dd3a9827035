import { describe, expect, it } from '@jest/globals';
import { assert, integer, property } from 'fast-check';
import { perMillion } from './per-million.policy.js';

describe('perMillion', () => {
  it.each([
    [2.5e-6, '2.5'],
    [0.00001, '10'],
    [1.5e-7, '0.15'],
    ['0.000000001', '0.001'],
    ['3e-06', '3'],
    [0, '0'],
    [1, '1000000'],
    ['1e-15', '0.000000001'],
  ])('of %s is %s', (perToken, expected) => {
    expect(perMillion(perToken)).toBe(expected);
  });

  it.each(['1e-16', '-1', 'free', '', 'Infinity'])('is not of %s', (perToken) => {
    expect(perMillion(perToken)).toBeUndefined();
  });

  it('is exact for every number of nano-dollars', () => {
    assert(
      property(integer({ min: 1, max: 1_000_000_000 }), (nanoDollars) => {
        const text = perMillion(`${nanoDollars}e-15`) ?? '';
        const [whole = '', decimals = ''] = text.split('.');
        expect(BigInt(whole + decimals.padEnd(9, '0'))).toBe(BigInt(nanoDollars));
      }),
    );
  });
});
