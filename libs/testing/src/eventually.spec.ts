import { describe, expect, it } from '@jest/globals';

import { eventually } from './eventually.js';

describe('eventually', () => {
  it('gives the result of the first attempt that holds', async () => {
    let attempts = 0;

    const result = await eventually(
      () => {
        attempts += 1;
        if (attempts < 3) throw new Error('not yet');
        return attempts;
      },
      { everyMilliseconds: 1 },
    );

    expect(result).toBe(3);
  });

  it('throws the last failure, with the time it waited', async () => {
    const never = eventually(() => Promise.reject(new Error('no answer')), {
      withinMilliseconds: 20,
      everyMilliseconds: 1,
    });

    await expect(never).rejects.toThrow('Still not true after 20 ms: no answer');
  });
});
