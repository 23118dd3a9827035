import { describe, expect, it } from '@jest/globals';
import { eachInTurn } from './each-in-turn.js';

describe('items handled in turn', () => {
  it('come in portions', async () => {
    const portions: (readonly number[])[] = [];
    await eachInTurn([1, 2, 3, 4, 5], 2, async (portion) => void portions.push(portion));
    expect(portions).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('are all handled but the bad one, which is told at the end', async () => {
    const handled: number[] = [];
    const work = eachInTurn([1, 2, 3, 4, 5], 3, async (portion) => {
      if (portion.includes(2)) throw new Error('bad');
      handled.push(...portion);
    });
    await expect(work).rejects.toThrow('bad');
    expect(handled).toEqual([1, 3, 4, 5]);
  });

  it('stop where a further try may help', async () => {
    const handled: number[] = [];
    const work = eachInTurn([1, 2, 3], 1, async (portion) => {
      if (portion.includes(2)) throw Object.assign(new Error('away'), { retryable: true });
      handled.push(...portion);
    });
    await expect(work).rejects.toThrow('away');
    expect(handled).toEqual([1]);
  });
});
