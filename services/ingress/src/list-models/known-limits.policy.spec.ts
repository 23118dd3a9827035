import { describe, expect, it } from '@jest/globals';
import type { ModelLimits } from '#libs/contracts';
import { knownLimits } from './known-limits.policy.js';

const price = { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '2' };
const target = (limits?: ModelLimits) => ({
  provider: 'main',
  model: 'm',
  priority: 1,
  weight: 1,
  price,
  ...(limits ? { limits } : {}),
});

describe('the limits of a model', () => {
  it('are the largest among its targets', () => {
    const targets = [
      target({ contextWindow: 8_192, maxOutputTokens: 4_096 }),
      target(),
      target({ contextWindow: 128_000 }),
    ];
    expect(knownLimits({ targets })).toEqual({ context_window: 128_000, max_output_tokens: 4_096 });
  });

  it('are absent where none is known', () => {
    expect(knownLimits({ targets: [target(), target({ abilities: ['tools'] })] })).toEqual({});
  });
});
