import { describe, expect, it } from '@jest/globals';

import { SteadyLoad } from './steady-load.js';

describe('a steady load', () => {
  it('waits for no answer before the next call, and at its end for all of them', async () => {
    const begun: number[] = [];
    const answers: (() => void)[] = [];
    let third: () => void = () => undefined;
    const isThere = new Promise<void>((resolve) => (third = resolve));
    const load = new SteadyLoad(1_000, async (number) => {
      begun.push(number);
      if (number === 3) third();
      await new Promise<void>((resolve) => answers.push(resolve));
    });

    load.start();
    await isThere;
    let hasStopped = false;
    const stopped = load.stop().finally(() => (hasStopped = true));
    await new Promise(setImmediate);
    expect(hasStopped).toBe(false);
    for (const answer of answers) answer();

    expect(await stopped).toBe(begun.length);
    expect(begun.slice(0, 3)).toEqual([1, 2, 3]);
  });
});
