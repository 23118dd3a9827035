import { describe, expect, it } from '@jest/globals';
import { snapshotSchema, type Facts } from '#libs/contracts';
import { planRoute, routingTable } from '#libs/routing';
import { DAY_MILLISECONDS, nativeSnapshot } from './native.fixture.js';
import { nativeTargetOf } from './native-target.policy.js';

const amounts = { inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0', isWithoutTokenPrice: true as const };
const priceOf = (version: string, nanoUsdPerImage: string) => ({
  version: `price_${version.repeat(16)}`,
  ...amounts,
  nanoUsdPerImage,
});

describe('a line for images', () => {
  const { models, ...rest } = snapshotSchema.parse(nativeSnapshot());
  const drawing = models.map((model) => ({
    ...model,
    targets: model.targets.map((target) => ({
      ...target,
      price: priceOf('1', '40'),
      batchPrice: priceOf('2', '40'),
      imagePrices: [{ quality: 'hd', price: priceOf('3', '80') }],
    })),
  }));
  const table = routingTable({ ...rest, models: drawing });
  const placeOf = (image: Facts['image']) => {
    const facts: Facts = {
      requestId: 'req_00000000000000000000000000000001',
      organization: 'demo',
      project: 'default',
      key: 'ci',
      lane: 'durable',
      dialect: 'openai-images',
      operation: 'image_generation',
      model: 'gpt-small',
      stream: false,
      usageAsked: false,
      estimatedPromptTokens: 10,
      receivedAt: 1_000_000,
      bodyBytes: 2,
      spans: { model: [0, 1] },
      ...(image ? { image } : {}),
    };
    return nativeTargetOf({ facts, slip: planRoute(facts, table) }, table, DAY_MILLISECONDS)?.batchPrice
      .nanoUsdPerImage;
  };

  it('goes to the batch API of a provider at the price of any image, and online where it has one of its own', () => {
    expect(placeOf(undefined)).toBe('40');
    expect(placeOf({ quality: 'standard' })).toBe('40');
    expect(placeOf({ quality: 'hd' })).toBeUndefined();
  });
});
