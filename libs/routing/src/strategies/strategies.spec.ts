import { describe, expect, it } from '@jest/globals';
import type { Strategy, TargetEntry, TargetState } from '#libs/contracts';
import * as fc from 'fast-check';
import type { Candidacy } from '../candidacy.js';
import { placedTarget } from '../placed-target.js';
import { considerationOf, decidedFacts, modelWith, quantilesOf, stateWith, targetWith } from '../routing.fixture.js';
import { seededRandom } from '../seeded-random.js';
import { foremost } from './foremost.js';
import { orderOf } from './strategies.js';

const LATENCY: Strategy = { kind: 'lowest_latency', measure: 'first_token', percentile: 90, tolerance: 0.1 };
const ALL: readonly Strategy[] = [
  { kind: 'priority' },
  { kind: 'weighted' },
  { kind: 'round_robin' },
  { kind: 'least_busy' },
  LATENCY,
  { ...LATENCY, measure: 'total', percentile: 50, tolerance: 0 },
  { kind: 'highest_throughput', tolerance: 0.2 },
  { kind: 'lowest_cost' },
  { kind: 'usage' },
  { kind: 'consistent_hash', by: 'session' },
  { kind: 'consistent_hash', by: 'user' },
  { kind: 'score', quality: 1, cost: 2, latency: 1, throughput: 0.5 },
  { kind: 'score', quality: 0, cost: 0, latency: 0, throughput: 0 },
];

interface Given {
  readonly entry: TargetEntry;
  readonly state?: TargetState | undefined;
}
interface Circumstances {
  readonly seed?: string;
  readonly turn?: number;
  readonly facts?: Parameters<typeof decidedFacts>[0];
}

function ranked(strategy: Strategy, given: readonly Given[], { seed = '1', turn = 0, facts = {} }: Circumstances = {}) {
  const model = modelWith(given.map(({ entry }) => entry));
  const candidacies = given.map(({ entry, state }): Candidacy => {
    const placed = placedTarget(entry, undefined);
    return { placed, entry, state, model, group: 0, onlyAfter: undefined, further: undefined };
  });
  const consideration = { ...considerationOf(model, decidedFacts({ requestId: seed, ...facts })), strategy };
  const live = { ...consideration.live, turn: () => turn };
  const ordering = orderOf(strategy)(candidacies, { ...consideration, live, random: seededRandom(seed) });
  return foremost({ places: undefined, first: undefined, ...ordering }, given.length).map((index) => ({
    name: given[index]?.entry.model ?? '',
    reason: ordering.reasonOf(index),
    score: ordering.isScored && Number.isFinite(ordering.keys[index]) ? ordering.keys[index] : undefined,
  }));
}
type Order = ReturnType<typeof ranked>;
const names = (order: Order): string[] => order.map(({ name }) => name);
const reasons = (order: Order): string[] => order.map(({ reason }) => reason);
const seeds = (count: number): string[] => Array.from({ length: count }, (_, index) => `req_${index * 7_919}`);
/** How often each target comes first. */
function firstShares(
  strategy: Strategy,
  given: readonly Given[],
  facts: (seed: string) => Circumstances['facts'] = () => ({}),
) {
  const shares: Record<string, number> = {};
  const all = seeds(10_000);
  for (const seed of all) {
    const [first = ''] = names(ranked(strategy, given, { seed, facts: facts(seed) ?? {} }));
    shares[first] = (shares[first] ?? 0) + 1 / all.length;
  }
  return shares;
}

const target = (model: string, over: Partial<TargetEntry> = {}): Given => ({ entry: targetWith(model, over) });
const withState = (model: string, state: Partial<TargetState>, over: Partial<TargetEntry> = {}): Given => ({
  entry: targetWith(model, over),
  state: stateWith(state),
});

const quantiles = fc.option(fc.integer({ min: 1, max: 9_999 }).map(quantilesOf), { nil: undefined });
const anyGiven = fc.array(
  fc.record({
    weight: fc.double({ min: 0.01, max: 1_000, noNaN: true }),
    priority: fc.nat({ max: 3 }),
    quality: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    amount: fc.nat({ max: 1e10 }),
    quota: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }),
    isKnown: fc.boolean(),
    inFlight: fc.nat({ max: 100 }),
    first: quantiles,
    total: quantiles,
    speed: quantiles,
  }),
  { minLength: 1, maxLength: 20 },
);
type Fields = typeof anyGiven extends fc.Arbitrary<(infer One)[]> ? One : never;

function givenOf(fields: Fields, index: number): Given {
  const { weight, priority, quality, amount, quota, isKnown } = fields;
  const entry = targetWith(
    `m${index}`,
    { weight, priority, ...(quality === undefined ? {} : { quality }) },
    `${amount}`,
  );
  const state = stateWith({
    inFlight: fields.inFlight,
    firstTokenMilliseconds: fields.first,
    totalMilliseconds: fields.total,
    tokensPerSecond: fields.speed,
    requestsThisMinute: fields.inFlight,
  });
  return {
    entry: quota === undefined ? entry : { ...entry, quotas: { requestsPerMinute: quota } },
    state: isKnown ? state : undefined,
  };
}

describe('every strategy', () => {
  it('gives each candidate exactly one place and a reason, the same for the same request', () => {
    fc.assert(
      fc.property(anyGiven, fc.constantFrom(...ALL), fc.string(), fc.nat(), (fields, strategy, seed, turn) => {
        const given = fields.map(givenOf);
        const order = ranked(strategy, given, { seed, turn });
        expect(names(order).toSorted()).toEqual(given.map(({ entry }) => entry.model).toSorted());
        expect(reasons(order).every((reason) => reason !== '' && !/NaN|undefined/.test(reason))).toBe(true);
        const again = ranked(strategy, given, { seed, turn });
        expect([names(again), reasons(again)]).toEqual([names(order), reasons(order)]);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it('orders by its score, lower first', () => {
    fc.assert(
      fc.property(anyGiven, fc.constantFrom(...ALL), fc.string(), (fields, strategy, seed) => {
        const scores = ranked(strategy, fields.map(givenOf), { seed }).flatMap(({ score }) => score ?? []);
        expect(scores).toEqual(scores.toSorted((left, right) => left - right));
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

describe('round_robin', () => {
  it.each([
    [0, ['a', 'b', 'c']],
    [1, ['b', 'c', 'a']],
    [5, ['c', 'a', 'b']],
  ])('begins with the next at turn %d', (turn, expected) => {
    expect(names(ranked({ kind: 'round_robin' }, [target('a'), target('b'), target('c')], { turn }))).toEqual(expected);
  });
});

describe('least_busy', () => {
  it('takes the fewest calls under way for the weight, and nothing known for none', () => {
    const given = [
      withState('busy', { inFlight: 3 }, { weight: 1 }),
      withState('large', { inFlight: 5 }, { weight: 4 }),
      target('unknown'),
    ];
    const order = ranked({ kind: 'least_busy' }, given);
    expect(names(order)).toEqual(['unknown', 'large', 'busy']);
    expect(reasons(order)[1]).toBe('5 calls under way for weight 4');
  });
});

describe('lowest_latency and highest_throughput', () => {
  const measured = (model: string, milliseconds: number, weight = 1): Given =>
    withState(
      model,
      { firstTokenMilliseconds: quantilesOf(milliseconds), totalMilliseconds: quantilesOf(1e6 / milliseconds) },
      { weight },
    );

  it('take the fastest first', () => {
    const given = [measured('slow', 900), measured('fast', 300), measured('middle', 500)];
    const order = ranked(LATENCY, given);
    expect(names(order)).toEqual(['fast', 'middle', 'slow']);
    expect(reasons(order)[1]).toBe('500 ms to the first token (p90), the best has 300 ms to the first token (p90)');
    expect(names(ranked({ ...LATENCY, measure: 'total' }, given))).toEqual(['slow', 'middle', 'fast']);
    const speeds = [30, 80].map((speed) => withState(`${speed}`, { tokensPerSecond: quantilesOf(speed) }));
    expect(names(ranked({ kind: 'highest_throughput', tolerance: 0.1 }, speeds))).toEqual(['80', '30']);
  });

  it('draw by weight among those that are about as fast', () => {
    const shares = firstShares(LATENCY, [measured('a', 300, 1), measured('b', 329, 3), measured('c', 331, 100)]);
    expect(shares['b']).toBeCloseTo(0.75, 1);
    expect(shares['c']).toBeUndefined();
  });

  it('try one that has not been measured first now and then, and last otherwise', () => {
    const shares = firstShares(LATENCY, [measured('known', 300), target('new')]);
    expect(shares['new']).toBeCloseTo(0.05, 2);
    const order = ranked(LATENCY, [target('new'), measured('known', 300)]);
    expect(names(order)).toEqual(['known', 'new']);
  });
});

describe('lowest_cost', () => {
  it('takes the cheapest for this request first, by the tier of its prompt, and unknown prices last', () => {
    const tiered = targetWith('tiered', {}, '100');
    const tiers = [{ abovePromptTokens: 1_000, inputNanoUsdPerMillion: '900', outputNanoUsdPerMillion: '900' }];
    const unknown = targetWith('unknown', {}, '0');
    const given = [
      { entry: { ...unknown, price: { ...unknown.price, isWithoutTokenPrice: true as const } } },
      { entry: { ...tiered, price: { ...tiered.price, tiers } } },
      { entry: targetWith('flat', {}, '500') },
    ];
    const cheapest = (estimatedPromptTokens: number) =>
      names(ranked({ kind: 'lowest_cost' }, given, { facts: { estimatedPromptTokens } }));
    expect(cheapest(1_000)).toEqual(['tiered', 'flat', 'unknown']);
    expect(cheapest(1_001)).toEqual(['flat', 'tiered', 'unknown']);
  });
});

describe('usage', () => {
  it('takes the largest free share of the quota that is closer to its end', () => {
    const order = ranked({ kind: 'usage' }, [
      withState('requests', { requestsThisMinute: 89 }, { quotas: { requestsPerMinute: 100 } }),
      withState(
        'tokens',
        { requestsThisMinute: 1, tokensThisMinute: 500 },
        { quotas: { requestsPerMinute: 100, tokensPerMinute: 1_000 } },
      ),
      target('free'),
    ]);
    expect(names(order)).toEqual(['free', 'tokens', 'requests']);
    expect(reasons(order)[2]).toBe('90 % of its requests per minute used with this one, 0 calls under way');
  });

  it('takes the fewest calls under way where there are no quotas', () => {
    const given = [withState('a', { inFlight: 4 }), withState('b', { inFlight: 2 })];
    expect(names(ranked({ kind: 'usage' }, given))).toEqual(['b', 'a']);
  });
});

describe('consistent_hash', () => {
  const strategy: Strategy = { kind: 'consistent_hash', by: 'session' };
  const given = ['a', 'b', 'c', 'd'].map((model, index) => target(model, { weight: index + 1 }));
  const session = (seed: string) => ({ session: seed });

  it('spreads values by weight', () => {
    const shares = firstShares(strategy, given, session);
    ['a', 'b', 'c', 'd'].forEach((model, index) => expect(shares[model]).toBeCloseTo((index + 1) / 10, 1));
  });

  it('moves the values of a target that is gone only, and gives every request of a value the same target', () => {
    const first = (targets: readonly Given[], facts: { session: string }, seed: string) =>
      names(ranked(strategy, targets, { facts, seed }))[0];
    for (const seed of seeds(1_000)) {
      const before = first(given, session(seed), 'one');
      const after = first(
        given.filter(({ entry }) => entry.model !== 'c'),
        session(seed),
        'other',
      );
      if (before !== 'c') expect(after).toBe(before);
      expect(first(given, session(seed), 'another')).toBe(before);
    }
  });

  it('draws by weight where the request has no such value, and says so', () => {
    expect(reasons(ranked(strategy, [target('a', { weight: 2 })]))).toEqual([
      'the request names no session, drawn by weight 2',
    ]);
  });
});

describe('score', () => {
  it('weighs quality against cost, each relative to the best', () => {
    const given = [
      { entry: targetWith('good', { quality: 0.9 }, '1000') },
      { entry: targetWith('cheap', { quality: 0.6 }, '100') },
    ];
    const order = (quality: number, cost: number) =>
      ranked({ kind: 'score', quality, cost, latency: 0, throughput: 0 }, given);
    expect(names(order(1, 0))).toEqual(['good', 'cheap']);
    expect(names(order(1, 1))).toEqual(['cheap', 'good']);
    expect(names(order(10, 1))).toEqual(['good', 'cheap']);
    expect(order(1, 0)[1]?.score).toBe(1 - 0.6 / 0.9);
    expect(reasons(order(1, 0))[1]).toBe('quality 0.6 (0.667 × 1)');
  });

  it('takes what is not known for the mean of the others', () => {
    const given = [target('best', { quality: 1 }), target('unknown'), target('worst', { quality: 0.2 })];
    const order = ranked({ kind: 'score', quality: 1, cost: 0, latency: 0, throughput: 0 }, given);
    expect(names(order)).toEqual(['best', 'unknown', 'worst']);
  });
});
