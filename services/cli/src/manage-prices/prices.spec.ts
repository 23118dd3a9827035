import { describe, expect, it } from '@jest/globals';
import { amountsOf } from './amounts.policy.js';
import { describePrices } from './describe-prices.policy.js';

describe('prices at the terminal', () => {
  it('are amounts by their fields, as texts', () => {
    expect(amountsOf(['inputPerMillion=0.40', 'outputPerMillion=1.60'])).toEqual({
      inputPerMillion: '0.40',
      outputPerMillion: '1.60',
    });
  });

  it.each([
    [['0.40'], 'write FIELD=USD'],
    [['inputPerMillion='], 'write FIELD=USD'],
    [['perImage=1', 'perImage=2'], '"perImage" is given twice'],
  ])('are not %j', (pairs, reason) => {
    expect(() => amountsOf(pairs)).toThrow(reason);
  });

  it('are shown with their version and whether they hold', () => {
    const price = {
      name: 'mini',
      provider: 'main',
      model: 'one',
      price: { inputPerMillion: '0.40', tiers: [1] },
      managedBy: 'api',
      etag: '"v1"',
      priceVersion: 'price_0123456789abcdef',
      status: 'in_force',
    };
    const [, line = ''] = describePrices([price]).split('\n').slice(-2);
    for (const part of ['mini', 'in force', 'price_0123456789abcdef', 'inputPerMillion=0.40', 'tiers=[1]'])
      expect(line).toContain(part);
    expect(describePrices([])).toContain('switchyard prices set');
  });
});
