import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, PlanBounds, RoutingPolicy } from '#libs/contracts';
import { NoEligibleTarget } from './no-eligible-target.js';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

/** Two targets: the first has the better priority, the second the lower price. */
const pair = (name: string): ModelEntry['targets'] => [
  targetWith(`${name}-first`, { priority: 1 }, '9000'),
  targetWith(`${name}-cheap`, { priority: 2 }, '1000'),
];
const auto = { weak: 'small', strong: 'b', levels: { cheap: 0.8, balanced: 0.5, best: 0.2 } };
const CHEAPEST_FIRST: RoutingPolicy = { strategy: { kind: 'lowest_cost' } };

function decide(plan: Omit<PlanBounds, 'name'>, facts: Partial<Facts>, routing: RoutingPolicy = {}) {
  const models: ModelEntry[] = [
    modelWith(pair('a'), { routing }),
    modelWith(pair('b'), { name: 'b', routing: CHEAPEST_FIRST }),
    modelWith([], { name: 'auto', auto }),
    modelWith([], { name: 'led', routing: { rules: [{ name: 'on', useModel: 'auto' }] } }),
  ];
  const bounded = decidedFacts({ allowed: { plan: { name: 'bare', ...plan } }, ...facts });
  return planRoute(bounded, routingTable({ revision: 1, providers: [], models }));
}

const order = (...how: Parameters<typeof decide>): string =>
  decide(...how)
    .targets.map(({ model }) => model)
    .join(' ');

function refusal(...how: Parameters<typeof decide>): NoEligibleTarget {
  try {
    decide(...how);
  } catch (error) {
    if (error instanceof NoEligibleTarget) return error;
    throw error;
  }
  throw new Error('the request was planned');
}

describe('strategies of a plan', () => {
  it.each<[string, Partial<Facts>]>([
    ['a sort', { wishes: { sort: 'price' } }],
    ['a suffix', { model: 'small:floor' }],
    ['the suffix of a model to fall back to', { wishes: { models: ['b:floor'] } }],
    ['the suffix of a target', { wishes: { targets: [{ model: 'b:floor' }] } }],
  ])('refuse %s that asks for another one, and name plan, strategy and remedy', (_what, facts) => {
    const { code, status, message } = refusal({ strategies: ['weighted'] }, facts);
    expect([code, status]).toEqual(['strategy_not_in_plan', 403]);
    expect(message).toMatch(/'bare'.*'lowest-cost'.*ask whoever runs/);
    expect(order({ strategies: ['lowest_cost'] }, facts)).not.toBe('');
  });

  it('refuse a draw among targets where the plan does not have it', () => {
    const facts: Partial<Facts> = { wishes: { targets: [{ model: 'small' }, { model: 'b' }], mode: 'loadbalance' } };
    expect(refusal({ strategies: [] }, facts).message).toContain("'weighted'");
    expect(order({ strategies: ['weighted'] }, facts)).toContain('b-');
  });

  it("put the order of priorities in the place of a policy's strategy, of models to fall back to as well", () => {
    const routing: RoutingPolicy = { ...CHEAPEST_FIRST, fallbacks: { models: ['b'] } };
    expect(order({ strategies: ['weighted'] }, {}, routing)).toBe('a-first a-cheap b-first b-cheap');
    expect(decide({ strategies: [] }, {}, routing).decision.strategy).toBe('priority');
    expect(order({ strategies: ['lowest_cost'] }, {}, routing)).toBe('a-cheap a-first b-cheap b-first');
  });

  it('refuse no wish that policy ignores', () => {
    expect(order({ strategies: [] }, { model: 'small:floor' }, { callersWishes: false })).toBe('a-first a-cheap');
  });
});

describe('a plan without auto', () => {
  it.each<[string, Partial<Facts>]>([
    ['asked for', { model: 'auto' }],
    ['asked for at a level', { model: 'auto:best' }],
    ['named to fall back to', { wishes: { models: ['auto'] } }],
  ])('refuses a model with auto that is %s', (_what, facts) => {
    const { code, status, message } = refusal({ withoutAuto: true }, facts);
    expect([code, status]).toEqual(['feature_not_in_plan', 403]);
    expect(message).toMatch(/'bare'.*'auto'/);
    expect(order({}, facts)).not.toBe('');
  });

  it("follows the operator's own rules to it", () => {
    expect(order({ withoutAuto: true }, { model: 'led' })).toContain('first');
  });
});
