import { describe, expect, it } from '@jest/globals';
import { byteRangeOf } from './byte-range.policy.js';

describe('byteRangeOf', () => {
  it.each([
    ['bytes=0-3', { offset: 0, length: 4 }],
    ['bytes=4-', { offset: 4, length: 6 }],
    ['bytes=-3', { offset: 7, length: 3 }],
    ['bytes=-300', { offset: 0, length: 10 }],
    ['bytes=8-99', { offset: 8, length: 2 }],
    ['bytes=9-9', { offset: 9, length: 1 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    [undefined, undefined],
    ['', undefined],
    ['bytes=-', undefined],
    ['bytes=5-2', undefined],
    ['bytes=0-1,4-5', undefined],
    ['lines=0-1', undefined],
    ['bytes=1e3-', undefined],
  ])('reads %j of ten bytes as %j', (header, range) => {
    expect(byteRangeOf(header, 10)).toEqual(range);
  });

  it('finds nothing in an empty file', () => {
    expect(byteRangeOf('bytes=0-', 0)).toBe('unsatisfiable');
    expect(byteRangeOf('bytes=-1', 0)).toBe('unsatisfiable');
  });
});
