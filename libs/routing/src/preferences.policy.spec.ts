import { describe, expect, it } from '@jest/globals';
import type { Facts, RoutingPolicy, TargetEntry, TargetState } from '#libs/contracts';
import * as fc from 'fast-check';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, liveWith, modelWith, quantilesOf, stateWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

interface World {
  readonly policy?: RoutingPolicy;
  readonly facts?: Partial<Facts>;
  readonly states?: Readonly<Record<string, TargetState>>;
  readonly strategy?: 'priority' | 'weighted';
}

function plan(targets: readonly TargetEntry[], { policy, facts, states = {}, strategy = 'priority' }: World) {
  const providers = [
    { name: 'main', kind: 'openai', options: {} },
    { name: 'second', kind: 'anthropic', options: {} },
    { name: 'third', kind: 'bedrock', options: {} },
  ];
  const models = [modelWith(targets, { strategy, ...(policy ? { routing: policy } : {}) })];
  return planRoute(decidedFacts(facts), routingTable({ revision: 1, models, providers }), liveWith(states));
}
const order = (targets: readonly TargetEntry[], world: World): string[] =>
  plan(targets, world).targets.map(({ model }) => model);
const first = (targets: readonly TargetEntry[], world: World): string => order(targets, world)[0] ?? '';
const requestIds = (count: number): string[] => Array.from({ length: count }, (_, index) => `req_${index}`);

const a = targetWith('a', { priority: 1 });
const b = targetWith('b', { priority: 2, provider: 'second' });
const c = targetWith('c', { priority: 3, provider: 'third', tags: ['new'] });
const equals = ['a', 'b', 'c', 'd'].map((model) => targetWith(model));

describe('health', () => {
  it.each([
    ['most of at least ten calls failed', { calls: 10, errorShare: 0.51 }, ['b', 'c', 'a']],
    ['half of them failed', { calls: 10, errorShare: 0.5 }, ['a', 'b', 'c']],
    ['fewer calls were made', { calls: 9, errorShare: 1 }, ['a', 'b', 'c']],
  ])('of a target of which %s', (_what, state, expected) => {
    expect(order([a, b, c], { states: { a: stateWith(state) } })).toEqual(expected);
  });

  it('goes before every other preference and says why', () => {
    const states = { a: stateWith({ calls: 20, errorShare: 0.8 }) };
    const { decision, targets } = plan([a, b, c], { states, facts: { wishes: { order: ['main'] } } });
    expect(targets.map(({ model }) => model)).toEqual(['b', 'c', 'a']);
    expect(decision.candidates[2]?.reason).toBe(
      'behind the others since 80 % of its last 20 calls failed; place 1 of the wished order of providers; ' +
        'priority 1, weight 1 among equals',
    );
  });
});

describe('wishes', () => {
  it('order providers by name or kind ahead of the strategy', () => {
    const wishes = { order: ['bedrock', 'second'] };
    expect(order([a, b, c], { facts: { wishes } })).toEqual(['c', 'b', 'a']);
    expect(order([a, b, c], { facts: { wishes }, policy: { callersWishes: false } })).toEqual(['a', 'b', 'c']);
  });

  it('put targets beyond a bound on speed behind the others, and leave none out', () => {
    const states = {
      a: stateWith({ firstTokenMilliseconds: quantilesOf(900), tokensPerSecond: quantilesOf(50) }),
      b: stateWith({ firstTokenMilliseconds: quantilesOf(300), tokensPerSecond: quantilesOf(10) }),
    };
    const maxLatency = { value: 500, percentile: 75 as const };
    const minThroughput = { value: 20, percentile: 50 as const };
    expect(order([a, b, c], { states, facts: { wishes: { maxLatency } } })).toEqual(['b', 'c', 'a']);
    expect(order([a, b, c], { states, facts: { wishes: { minThroughput } } })).toEqual(['a', 'c', 'b']);
    expect(order([a, b, c], { states, facts: { wishes: { maxLatency, minThroughput } } })).toEqual(['c', 'a', 'b']);
  });
});

describe('canary', () => {
  const policy = { canary: { tag: 'new', share: 0.2 } };

  it('takes its share of the requests first, and is last for the others', () => {
    const orders = requestIds(5_000).map((requestId) => order([a, b, c], { policy, facts: { requestId } }).join(''));
    expect(new Set(orders)).toEqual(new Set(['cab', 'abc']));
    expect(orders.filter((one) => one === 'cab').length / orders.length).toBeCloseTo(0.2, 1);
  });

  it('is the same for all requests of a value', () => {
    const by = { canary: { ...policy.canary, by: 'user' as const } };
    const chosen = (endUser: string) =>
      new Set(requestIds(20).map((requestId) => first([a, c], { policy: by, facts: { requestId, endUser } })));
    const users = Array.from({ length: 200 }, (_, index) => chosen(`user-${index}`));
    expect(users.every(({ size }) => size === 1)).toBe(true);
    expect(users.filter((one) => one.has('c')).length / users.length).toBeCloseTo(0.2, 1);
  });
});

describe('sticky', () => {
  const policy = { sticky: 'session' as const };

  it('gives all requests of a session one target, and moves only those of a target that is gone', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 5 }),
        (session, ids) => {
          const chosen = ids.map((requestId) =>
            first(equals, { policy, strategy: 'weighted', facts: { requestId, session } }),
          );
          expect(new Set(chosen).size).toBe(1);
          const left = equals.filter(({ model }) => model !== 'd');
          const after = first(left, { policy, strategy: 'weighted', facts: { session } });
          if (chosen[0] !== 'd') expect(after).toBe(chosen[0]);
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });

  it('spreads sessions over the targets', () => {
    const chosen = requestIds(400).map((session) =>
      first(equals, { policy, strategy: 'weighted', facts: { session } }),
    );
    for (const { model } of equals) expect(chosen.filter((one) => one === model).length).toBeGreaterThan(60);
  });

  it('stays among the best priority where that is the strategy', () => {
    for (const session of requestIds(20)) expect(first([a, b, c], { policy, facts: { session } })).toBe('a');
  });

  it('gives way to what goes before it', () => {
    const states = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, stateWith({ calls: 50, errorShare: 0.9 })]));
    for (const session of requestIds(20)) {
      expect(first(equals, { policy, states, strategy: 'weighted', facts: { session } })).toBe('d');
    }
  });

  it('leaves requests without a session to the strategy', () => {
    const chosen = new Set(requestIds(50).map((requestId) => first(equals, { policy, facts: { requestId } })));
    expect(chosen.size).toBe(4);
  });
});
