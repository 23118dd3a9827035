import { describe, expect, it } from '@jest/globals';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';
import { planRoute } from './plan-route.policy.js';
import { routingTable } from './routing-table.js';

const zeros = { inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0', isWithoutTokenPrice: true as const };
const priceOf = (version: string, nanoUsdPerImage?: string) => ({
  version: `price_${version.repeat(16)}`,
  ...zeros,
  ...(nanoUsdPerImage === undefined ? {} : { nanoUsdPerImage }),
});
const drawing = targetWith('painter', {
  price: priceOf('0', '40'),
  imagePrices: [{ size: '1024x1792', price: priceOf('1', '90') }],
});
const flat = targetWith('sketcher', { price: priceOf('2', '60') });
const large = targetWith('muralist', {
  price: priceOf('3'),
  imagePrices: [{ size: '1024x1792', price: priceOf('4', '70') }],
});
const models = [modelWith([drawing, flat, large], { routing: { strategy: { kind: 'lowest_cost' } } })];
const table = routingTable({ revision: 1, models, providers: [] });

function planned(size?: string): { targets: (string | undefined)[][]; left: unknown[] } {
  const image = size === undefined ? {} : { image: { size } };
  const facts = decidedFacts({ operation: 'image_generation', dialect: 'openai-images', ...image });
  const { targets, decision } = planRoute(facts, table);
  const dropped = decision.candidates.filter(({ outcome }) => outcome === 'dropped');
  return {
    targets: targets.map(({ model, price }) => [model, price.nanoUsdPerImage]),
    left: dropped.map(({ model, filter }) => [model, filter]),
  };
}

describe('images that have a price of their own', () => {
  it('are ordered and charged by it, and go to targets that have no other price, too', () => {
    expect(planned('1024x1792')).toEqual({
      targets: [
        ['sketcher', '60'],
        ['muralist', '70'],
        ['painter', '90'],
      ],
      left: [],
    });
  });

  it.each(['1024x1024', undefined])(
    'leave others (%s) at the price of any image, or out where there is none',
    (size) => {
      const { targets, left } = planned(size);
      expect(targets).toEqual([
        ['painter', '40'],
        ['sketcher', '60'],
      ]);
      expect(left).toEqual([['muralist', 'price']]);
    },
  );
});
