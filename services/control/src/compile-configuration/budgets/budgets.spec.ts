import { describe, expect, it } from '@jest/globals';

import { compileConfiguration, type CompilationResult } from '../compile-configuration.js';

const source = { path: 'switchyard.yaml', folder: '/', date: '2026-11-01', adminKeySha256: undefined };

function compile(organization: object, more: object = {}): CompilationResult {
  const price = { inputPerMillion: '1', outputPerMillion: '1' };
  const file = {
    version: 1,
    providers: { toy: { kind: 'sim' } },
    models: ['chat', 'small'].map((name) => ({ name, targets: [{ provider: 'toy', model: 'sim-small', price }] })),
    organizations: [{ name: 'demo', ...organization }],
    ...more,
  };
  return compileConfiguration({
    ...source,
    text: JSON.stringify(file),
    environment: {},
    readFile: () => ({ problem: 'no files here' }),
    isFile: () => false,
  } as unknown as Parameters<typeof compileConfiguration>[0]);
}

function budgets(organization: object, more: object = {}) {
  const result = compile(organization, more);
  if (!result.isValid) throw new Error(JSON.stringify(result.problems));
  return result.configuration.budgets;
}

const reasons = (organization: object): string[] => {
  const result = compile(organization);
  return result.isValid ? [] : result.problems.map(({ path, reason }) => `${path}: ${reason}`);
};

describe('budgets in switchyard.yaml', () => {
  it('are read at every level, with their defaults', () => {
    const key = { name: 'ci', key: 'sk-0123456789', budgets: [{ limitUsd: '1', period: 'day', alertAt: [0.9, 0.5] }] };
    const projects = [
      { name: 'shop', budgets: [{ name: 'own', limitUsd: '2.5', timeZone: 'Asia/Tokyo' }], keys: [key] },
    ];
    expect(budgets({ budgets: [{ limitUsd: '10.00', downgrade: 'small' }], projects })).toEqual([
      {
        id: 'demo:month',
        organization: 'demo',
        limitNanoUsd: '10000000000',
        period: 'month',
        timeZone: 'UTC',
        alertAt: [],
        onExceeded: { kind: 'downgrade', model: 'small' },
      },
      {
        id: 'demo/shop:own',
        organization: 'demo',
        project: 'shop',
        limitNanoUsd: '2500000000',
        period: 'month',
        timeZone: 'Asia/Tokyo',
        alertAt: [],
        onExceeded: { kind: 'refuse' },
      },
      {
        id: 'demo/shop/ci:day',
        organization: 'demo',
        project: 'shop',
        key: 'ci',
        limitNanoUsd: '1000000000',
        period: 'day',
        timeZone: 'UTC',
        alertAt: [0.5, 0.9],
        onExceeded: { kind: 'refuse' },
      },
    ]);
  });

  it('take both words for a cheaper model, and a scope', () => {
    const given = [
      { limitUsd: '1', onExceeded: { downgrade: 'small' } },
      { name: 'users', limitUsd: '1', for: { endUser: 'each', models: ['chat'], providers: ['toy'], tags: ['x'] } },
    ];
    expect(budgets({ budgets: given })).toMatchObject([
      { onExceeded: { kind: 'downgrade', model: 'small' } },
      { scope: { eachEndUser: true, models: ['chat'], providers: ['toy'], tags: ['x'] } },
    ]);
  });

  it('may be in another currency, by the table of rates, rounded down', () => {
    const given = { budgets: [{ limit: '0.000000003', currency: 'EUR' }] };
    expect(budgets(given, { exchangeRates: { EUR: '1.1' } })).toMatchObject([{ limitNanoUsd: '3' }]);
  });

  it.each([
    [{ limitUsd: '-1' }, 'limitUsd: The price "-1" must be a plain non-negative decimal'],
    [{ limitUsd: '1e9' }, 'must be a plain non-negative decimal'],
    [{ limitUsd: '1000001' }, 'must be at most 1000000 USD for a budget'],
    [{ limitUsd: 10 }, 'must be text, in quotes'],
    [{}, 'limitUsd: is missing'],
    [{ limit: '1' }, 'currency: is missing'],
    [{ limit: '1', currency: 'XYZ' }, 'exchangeRates has no rate of "XYZ"'],
    [{ limit: '1', currency: 'euro' }, 'must be the code of a currency'],
    [{ limitUsd: '1', currency: 'EUR' }, 'cannot stand beside limit and currency'],
    [{ limitUsd: '1', period: 'year' }, 'is not one of the choices'],
    [{ limitUsd: '1', timeZone: 'Mars' }, 'is no time zone'],
    [{ limitUsd: '1', alertAt: [1.5] }, 'must be at most 1'],
    [{ limitUsd: '1', downgrade: 'smal' }, 'no model is called "smal"; did you mean "small"?'],
    [{ limitUsd: '1', downgrade: 'small', onExceeded: 'refuse' }, 'cannot stand beside onExceeded'],
    [{ limitUsd: '1', for: { providers: ['nobody'] } }, 'no provider is called "nobody"'],
    [{ limitUsd: '1', spent: '0' }, 'unknown field'],
  ])('are refused as %j', (budget, reason) => {
    expect(reasons({ budgets: [budget] }).join('\n')).toContain(reason);
  });

  it('are refused where two have one name', () => {
    expect(reasons({ budgets: [{ limitUsd: '1' }, { limitUsd: '2' }] }).join('\n')).toContain('a name of its own');
  });
});

describe('the markup of an organization', () => {
  it.each([
    ['10%', 100_000],
    ['2.5%', 25_000],
    ['-5%', -50_000],
    ['0%', 0],
  ])('%s is read into millionths', (markup, millionths) => {
    const result = compile({ markup });
    expect(result.isValid && result.configuration.markups).toEqual([{ organization: 'demo', millionths }]);
  });

  it.each(['10', '-101%', 'x%', '0.00001%'])('%s is refused', (markup) => {
    expect(reasons({ markup }).join('\n')).toContain('must be a share such as "10%"');
  });
});
