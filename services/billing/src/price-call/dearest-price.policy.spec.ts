import { describe, expect, it } from '@jest/globals';
import type { ModelEntry, Price, TargetEntry } from '#libs/contracts';
import { dearestPrice } from './dearest-price.policy.js';

const price = (version: string, input: string, output: string, more: Partial<Price> = {}): Price => ({
  version,
  inputNanoUsdPerMillion: input,
  outputNanoUsdPerMillion: output,
  ...more,
});
const target = (of: Price, limits?: TargetEntry['limits']): TargetEntry => ({
  provider: 'main',
  model: of.version,
  priority: 1,
  weight: 1,
  price: of,
  ...(limits ? { limits } : {}),
});
const modelOf = (...targets: TargetEntry[]): ModelEntry => ({
  name: targets.map(({ model }) => model).join('-'),
  strategy: 'priority',
  timeouts: { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 },
  targets,
});

describe('the price that savings are counted against', () => {
  it('is the highest for prompt and completion together, of any model', () => {
    const models = [
      modelOf(target(price('a', '5', '20')), target(price('b', '1', '30'))),
      modelOf(target(price('c', '9', '9'))),
    ];
    expect(dearestPrice({ models })?.version).toBe('b');
  });

  it('is of equal ones the one with dearer completions, then the first version', () => {
    const models = [
      modelOf(target(price('z', '10', '20')), target(price('y', '5', '25')), target(price('x', '5', '25'))),
    ];
    expect(dearestPrice({ models })?.version).toBe('x');
    expect(dearestPrice({ models: [modelOf(...models[0]!.targets.toReversed())] })?.version).toBe('x');
  });

  it('is none of a model that answers with something else than text, or is not paid by tokens', () => {
    const models = [
      modelOf(
        target(price('image', '90', '90'), { outputModalities: ['image'] }),
        target(price('embedding', '90', '0')),
        target(price('unit', '90', '90', { isWithoutTokenPrice: true })),
        target(price('text', '1', '1'), { outputModalities: ['text'] }),
      ),
    ];
    expect(dearestPrice({ models })?.version).toBe('text');
  });

  it('is not there where all is free', () => {
    expect(dearestPrice({ models: [modelOf(target(price('free', '0', '0')))] })).toBeUndefined();
  });
});
