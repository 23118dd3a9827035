import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, RoutingPolicy } from '#libs/contracts';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

/** Two targets: the first has the better priority, the second the lower price. */
const pair = (name: string): ModelEntry['targets'] => [
  targetWith(`${name}-first`, { priority: 1 }, '9000'),
  targetWith(`${name}-cheap`, { priority: 2 }, '1000'),
];
const auto = { weak: 'b', strong: 'c', levels: { cheap: 0.8, balanced: 0.5, best: 0.2 } };

/** The targets in the order of trying. */
function order(routing: RoutingPolicy, facts: Partial<Facts> = {}, ofB: RoutingPolicy = {}): string {
  const models: ModelEntry[] = [
    modelWith(pair('a'), { routing }),
    modelWith(pair('b'), { name: 'b', routing: ofB }),
    modelWith(pair('c'), { name: 'c' }),
    modelWith([], { name: 'auto', auto }),
  ];
  const { targets } = planRoute(decidedFacts(facts), routingTable({ revision: 1, providers: [], models }));
  return targets.map(({ model }) => model).join(' ');
}

const PRIORITY = 'a-first a-cheap b-first b-cheap';

describe('the order of a group', () => {
  it("is that of the group's own model", () => {
    const fallbacks = { models: ['b'] };
    expect(order({ fallbacks })).toBe(PRIORITY);
    expect(order({ fallbacks, strategy: { kind: 'lowest_cost' } })).toBe('a-cheap a-first b-first b-cheap');
    expect(order({ fallbacks }, {}, { strategy: { kind: 'lowest_cost' } })).toBe('a-first a-cheap b-cheap b-first');
    const rules = [{ name: 'r', strategy: { kind: 'lowest_cost' } as const }];
    expect(order({ fallbacks }, {}, { rules })).toBe('a-first a-cheap b-cheap b-first');
    expect(order({ fallbacks, rules })).toBe('a-cheap a-first b-first b-cheap');
  });

  it('is that of the suffix with which the model was named to fall back to', () => {
    const cheapB = 'a-first a-cheap b-cheap b-first';
    expect(order({ fallbacks: { models: ['b:floor'] } })).toBe(cheapB);
    expect(order({ fallbacks: { contentFilter: ['b:floor'] } })).toBe(cheapB);
    expect(order({}, { wishes: { models: ['b:floor'] } })).toBe(cheapB);
    expect(order({ fallbacks: { models: ['b:floor'] } }, {}, { callersWishes: false })).toBe(cheapB);
    expect(order({}, { wishes: { models: ['b:floor'] } }, { callersWishes: false })).toBe(PRIORITY);
    expect(order({ fallbacks: { models: ['b'] } }, { model: 'small:floor' })).toBe('a-cheap a-first b-first b-cheap');
  });

  it('is that of the suffix with which a rule names a model, before strategies of rules', () => {
    const ruled = (then: object, ofB: RoutingPolicy = {}): string =>
      order({ callersWishes: false, rules: [{ name: 'r', ...then }] }, {}, ofB);
    expect(ruled({ useModel: 'b' })).toBe('b-first b-cheap');
    expect(ruled({ useModel: 'b:floor' })).toBe('b-cheap b-first');
    expect(ruled({ useModel: 'b:floor', strategy: { kind: 'priority' } })).toBe('b-cheap b-first');
    expect(ruled({ useModel: 'b:floor' }, { rules: [{ name: 's', useModel: 'c' }] })).toBe('c-first c-cheap');
    expect(ruled({ useModel: 'auto:floor' })).toBe('c-cheap c-first b-cheap b-first');
  });

  it("is that of the caller's wish before all others", () => {
    const strategy = { kind: 'lowest_cost' } as const;
    const routing: RoutingPolicy = { fallbacks: { models: ['b:nitro', 'c'] }, strategy };
    expect(order(routing, { wishes: { sort: 'price' }, model: 'small:nitro' })).toBe(
      'a-cheap a-first b-cheap b-first c-cheap c-first',
    );
    const rules = [{ name: 'r', useModel: 'b:nitro' }];
    expect(order({ rules }, { model: 'small:floor' })).toBe('b-cheap b-first');
    const ignored: RoutingPolicy = { callersWishes: false, fallbacks: { models: ['b'] } };
    expect(order(ignored, { wishes: { sort: 'price' }, model: 'small:floor' })).toBe(PRIORITY);
  });

  it('is that of the suffix for both models of one that stands for two', () => {
    expect(order({}, { model: 'auto:floor' })).toBe('c-cheap c-first b-cheap b-first');
    expect(order({}, { model: 'auto' }, { strategy: { kind: 'lowest_cost' } })).toBe('c-first c-cheap b-cheap b-first');
  });

  it('is that of the model or of the suffix among the targets that the caller lists', () => {
    const listed = (model: string, ofB: RoutingPolicy = {}): string =>
      order({}, { wishes: { targets: [{ model }] } }, ofB);
    expect(listed('b')).toBe('b-first b-cheap');
    expect(listed('b:floor')).toBe('b-cheap b-first');
    expect(listed('small:floor')).toBe('a-cheap a-first');
    expect(listed('b', { strategy: { kind: 'lowest_cost' } })).toBe('b-cheap b-first');
  });
});
