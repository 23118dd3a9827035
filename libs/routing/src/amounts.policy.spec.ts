import { describe, expect, it } from '@jest/globals';
import { assert, bigInt, constantFrom, property } from 'fast-check';
import { isMoreThan } from './amounts.policy.js';

describe('isMoreThan', () => {
  it('compares as whole numbers do, however they are written', () => {
    const amount = bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
    const zeros = constantFrom('', '0', '000');
    const written = (value: bigint, prefix: string): string =>
      value < 0n ? `-${prefix}${-value}` : `${prefix}${value}`;
    assert(
      property(amount, amount, zeros, (left, right, prefix) => {
        expect(isMoreThan(written(left, prefix), written(right, ''))).toBe(left > right);
        expect(isMoreThan(written(left, ''), written(left, prefix))).toBe(false);
      }),
    );
  });

  it('finds nothing above a ceiling that is not there, nor an amount that is not', () => {
    expect([isMoreThan('1', undefined), isMoreThan(undefined, '0')]).toEqual([false, false]);
  });
});
