import { describe, expect, it } from '@jest/globals';
import { RestingKinds } from './resting-kinds.js';

const why = { reason: 'limit', words: 'some', milliseconds: 60_000 } as const;
const held = { isHeld: true, wanted: 5, most: 8 };

describe('kinds of lines that rest', () => {
  it('are asked for again after a second at the latest, each by itself', () => {
    const resting = new RestingKinds();
    resting.add('one', { kind: 'a', why }, 0);
    resting.add('one', { kind: 'b', why: { ...why, milliseconds: 300 } }, 0);
    resting.add('other', { kind: 'c', why }, 0);
    expect(resting.of('one', 299).map(({ kind }) => kind)).toEqual(['a', 'b']);
    expect(resting.of('one', 300).map(({ kind }) => kind)).toEqual(['a']);
    expect(resting.why('one', 'a', 999)).toBe(why);
    expect(resting.why('one', 'a', 1_000)).toBeUndefined();
    expect(resting.why('other', 'a', 0)).toBeUndefined();
  });

  it('let a few go to a model that nobody can be called for, and more only some time later', () => {
    const resting = new RestingKinds();
    expect([0, 1, 2].map((now) => resting.probes('m', held, now))).toEqual([5, 3, 0]);
    expect(resting.probes('another', held, 2)).toBe(5);
    expect(resting.probes('m', held, 10 * 60_000)).toBe(5);
  });

  it('let all go to one that can be called, and begin anew when it cannot again', () => {
    const resting = new RestingKinds();
    resting.probes('m', held, 0);
    expect(resting.probes('m', { ...held, isHeld: false, wanted: 500 }, 1)).toBe(500);
    expect(resting.probes('m', held, 2)).toBe(5);
  });
});
