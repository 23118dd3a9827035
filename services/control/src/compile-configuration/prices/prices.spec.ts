import { describe, expect, it } from '@jest/globals';
import { priceVersionOf } from '#libs/pricing';

import { compileConfiguration } from '../compile-configuration.js';

const NEW_YEAR = Date.parse('2027-01-01T00:00:00Z');

/** What a file with these prices compiles to at a moment: its first target's price, or what is wrong with it. */
function compiled(prices: readonly string[], { now = NEW_YEAR, target = '' } = {}) {
  const text = [
    'version: 1',
    'providers:',
    '  main: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1" }',
    'models:',
    `  - { name: small, targets: [ { provider: main, model: one${target} } ] }`,
    'prices:',
    ...prices.map((price) => `  - ${price}`),
  ].join('\n');
  const folder = { folder: '/', environment: {}, readFile: () => '', isFile: () => true };
  const result = compileConfiguration({ text, path: 'switchyard.yaml', ...folder, now });
  if (!result.isValid) return { problems: result.problems.map(({ path, reason }) => `${path}: ${reason}`) };
  const { configuration, nextChangeAt } = result;
  return { target: configuration.models[0]?.targets[0], overrides: configuration.priceOverrides, nextChangeAt };
}

const named = (name: string, rest: string) => `{ name: ${name}, provider: main, model: one, ${rest} }`;
const usd = (input: string) => `price: { inputPerMillion: "${input}", outputPerMillion: "2" }`;
const OWN = ', price: { inputPerMillion: "9", outputPerMillion: "9", batchDiscount: "0.5" }';

describe('a price of the configuration', () => {
  it('takes the place of the one at the target, with a version of its own', () => {
    const { target, overrides } = compiled([named('cheap', usd('0.40'))], { target: OWN });
    const amounts = { inputNanoUsdPerMillion: '400000000', outputNanoUsdPerMillion: '2000000000' };
    const price = { ...amounts, version: priceVersionOf(amounts, 'main', 'one') };
    expect(target?.price).toEqual(price);
    expect(target?.batchPrice).toBeUndefined();
    expect(overrides).toEqual([{ provider: 'main', model: 'one', price }]);
  });

  it('is enough for a target that has none', () => {
    expect(compiled([named('only', usd('0.40'))]).target?.price.inputNanoUsdPerMillion).toBe('400000000');
    const later = compiled([named('only', `effectiveFrom: "2027-06-01T00:00:00Z", ${usd('0.40')}`)]);
    expect(later.problems?.join()).toContain('models[0].targets[0]: has no price');
  });

  it('holds from its time on, until one that begins later', () => {
    const prices = [
      named('later', `effectiveFrom: "2027-03-01T00:00:00+01:00", ${usd('3')}`),
      named('always', usd('1')),
      named('first', `effectiveFrom: "2027-02-01T00:00:00Z", ${usd('2')}`),
    ];
    const march = Date.parse('2027-02-28T23:00:00Z');
    const inputAt = (now: number) => compiled(prices, { now }).target?.price.inputNanoUsdPerMillion;
    expect([NEW_YEAR, Date.parse('2027-02-01T00:00:00Z'), march - 1, march].map(inputAt)).toEqual([
      '1000000000',
      '2000000000',
      '2000000000',
      '3000000000',
    ]);
    expect(compiled(prices).nextChangeAt).toBe(Date.parse('2027-02-01T00:00:00Z'));
    expect(compiled(prices, { now: march }).nextChangeAt).toBeUndefined();
  });

  it.each([
    ['a negative amount', named('x', usd('-1')), 'prices[0].price.inputPerMillion', 'plain non-negative decimal'],
    ['a huge amount', named('x', usd('1000001')), 'prices[0].price.inputPerMillion', 'at most 1000000 USD'],
    ['a number', named('x', 'price: { perImage: 0.04 }'), 'prices[0].price.perImage', 'must be text, in quotes'],
    ['no amount', named('x', 'price: {}'), 'prices[0].price.inputPerMillion', 'is missing'],
    ['another currency', named('x', `currency: EUR, ${usd('1')}`), 'prices[0].currency', 'must be USD'],
    ['a time without a zone', named('x', `effectiveFrom: "2027-01-01T00:00", ${usd('1')}`), 'effectiveFrom', 'a zone'],
    ['a forged field', named('x', `version: price_1, ${usd('1')}`), 'prices[0].version', 'unknown field'],
    [
      'an unknown provider',
      `{ name: x, provider: mian, model: one, ${usd('1')} }`,
      'prices[0].provider',
      'no provider is called "mian"; did you mean "main"?',
    ],
    [
      'an unknown model',
      `{ name: x, provider: main, model: two, ${usd('1')} }`,
      'prices[0].model',
      'no target of the provider "main" is called "two"; there is one',
    ],
  ])('is refused by name with %s', (_what, price, path, reason) => {
    const { problems } = compiled([price], { target: OWN });
    expect(problems?.length).toBe(1);
    expect(problems?.[0]).toContain(path);
    expect(problems?.[0]).toContain(reason);
  });

  it('is refused where another has its name or its moment', () => {
    const since = 'effectiveFrom: "2027-02-01T00:00:00Z"';
    const { problems } = compiled(
      [
        named('a', `${since}, ${usd('1')}`),
        named('a', usd('2')),
        named('b', `effectiveFrom: "2027-02-01T01:00:00+01:00", ${usd('3')}`),
      ],
      { target: OWN },
    );
    expect(problems).toEqual([
      'prices[1].name: another price has this name already; choose another one',
      expect.stringContaining('prices[2].effectiveFrom: another price of this model at this provider begins'),
    ]);
  });
});
