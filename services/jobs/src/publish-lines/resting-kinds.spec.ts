import { describe, expect, it } from '@jest/globals';
import { RestingKinds } from './resting-kinds.js';

const why = { reason: 'limit', words: 'some', milliseconds: 60_000 } as const;
const of = (count: number) => Array.from({ length: count }, (_, index) => index);
const held = { isHeld: true, lines: of(5), most: 8 };

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
    const ask = (first: number) => resting.probes('m', { ...held, lines: of(5).map((line) => first + line) }, first);
    expect([0, 5, 10].map(ask)).toEqual([5, 3, 0]);
    expect(resting.probes('another', held, 2)).toBe(5);
    expect(resting.probes('m', held, 10 * 60_000)).toBe(5);
  });

  it('let another go in place of one that could not, and not of one that went', () => {
    const resting = new RestingKinds();
    resting.probes('m', { ...held, lines: of(8) }, 0);
    resting.returnProbe('m', 3);
    resting.returnProbe('m', 99);
    expect(resting.probes('m', { ...held, lines: [99, 100] }, 1)).toBe(1);
  });

  it('are forgotten with their batch once another batch waits', () => {
    const resting = new RestingKinds();
    for (let batch = 0; batch < 100; batch += 1) resting.add(`b${batch}`, { kind: 'a', why }, batch * 1_000);
    expect(resting.size).toBe(1);
  });

  it('let all go to one that can be called, and begin anew when it cannot again', () => {
    const resting = new RestingKinds();
    resting.probes('m', held, 0);
    expect(resting.probes('m', { ...held, isHeld: false, lines: of(500) }, 1)).toBe(500);
    expect(resting.probes('m', held, 2)).toBe(5);
  });
});
