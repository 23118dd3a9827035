import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, RoutingPolicy } from '#libs/contracts';
import { quietState } from './live-state.js';
import { NoEligibleTarget } from './no-eligible-target.js';
import { planCopy, planRoute } from './plan-route.policy.js';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';
import { shadowOf } from './shadow-of.policy.js';

const requestIds = Array.from({ length: 4_000 }, (_, index) => `req_${index}`);
const share = (held: readonly boolean[]): number => held.filter(Boolean).length / held.length;

describe('a model that chooses by difficulty', () => {
  const auto = { weak: 'weak', strong: 'strong', levels: { cheap: 0.8, balanced: 0.5, best: 1 } };
  const models: ModelEntry[] = [
    modelWith([], { name: 'auto', auto }),
    modelWith([targetWith('w')], { name: 'weak' }),
    modelWith([targetWith('s')], { name: 'strong' }),
  ];
  const table = routingTable({ revision: 1, models, providers: [] });
  const plan = (model: string, over: Partial<Facts> = {}) => planRoute(decidedFacts({ model, ...over }), table);

  it.each([
    ['auto', 0.5, 'sw'],
    ['auto', 0.49, 'ws'],
    ['auto:balanced', 0.6, 'sw'],
    ['auto:cheap', 0.79, 'ws'],
    ['auto:cheap', 0.8, 'sw'],
    ['auto:best', 1, 'ws'],
    ['auto:cheap', undefined, 'ws'],
    ['auto:balanced', undefined, 'sw'],
    ['auto:best', undefined, 'sw'],
  ])('sends %s at difficulty %p to the targets %s', (model, difficulty, expected) => {
    const { targets } = plan(model, difficulty === undefined ? {} : { difficulty });
    expect(targets.map((target) => target.model).join('')).toBe(expected);
  });

  it('names the difficulty, the threshold and the models that serve', () => {
    const { targets, decision } = plan('auto:cheap', { difficulty: 0.9 });
    expect(decision).toMatchObject({
      strategy: 'auto',
      rule: 'auto:cheap chose strong, difficulty 0.900 reaches the threshold 0.8',
    });
    expect(targets.map(({ servesModel }) => servesModel)).toEqual(['strong', 'weak']);
  });
});

describe('policies on trial', () => {
  const trial = { revision: 9, share: 0.3, models: [modelWith([targetWith('new')])] };
  const table = routingTable({ revision: 8, models: [modelWith([targetWith('old')])], providers: [], trial });

  it('decide on their share of the requests, and say so', () => {
    const slips = requestIds.map((requestId) => planRoute(decidedFacts({ requestId }), table));
    expect(share(slips.map(({ decision }) => decision.trial === true))).toBeCloseTo(0.3, 1);
    for (const { decision, targets } of slips) {
      expect([decision.snapshotRevision, targets[0]?.model]).toEqual(decision.trial ? [9, 'new'] : [8, 'old']);
    }
  });

  it('say so of what they refuse, too, with the rule that did', () => {
    const rules = [{ name: 'closed', refuse: 'Closed today.' }];
    const closed = { revision: 9, share: 1, models: [modelWith([targetWith('new')], { routing: { rules } })] };
    const refusing = routingTable({
      revision: 8,
      models: [modelWith([targetWith('old')])],
      providers: [],
      trial: closed,
    });
    expect(refusalBy(() => planRoute(decidedFacts(), refusing))).toEqual({
      snapshotRevision: 9,
      rule: 'closed',
      trial: true,
    });
    expect(refusalBy(() => planRoute(decidedFacts({ model: 'none' }), refusing))).toEqual({
      snapshotRevision: 9,
      trial: true,
    });
  });

  it.each([['session'], ['endUser']] as const)('decide on all requests of one %s, or on none', (name) => {
    for (const value of ['one', 'two', 'three', 'four']) {
      const trials = requestIds
        .slice(0, 20)
        .map((requestId) => planRoute(decidedFacts({ requestId, [name]: value }), table).decision.trial);
      expect(new Set(trials).size).toBe(1);
    }
  });
});

describe('shadowOf', () => {
  const shadow = { model: 'other', share: 0.25 };
  const models = [
    modelWith([targetWith('a')], { routing: { shadow } }),
    modelWith([targetWith('b')], { name: 'other' }),
  ];
  const table = routingTable({ revision: 1, models, providers: [] });

  it('copies its share of the requests', () => {
    const copied = requestIds.map((requestId) => shadowOf(decidedFacts({ requestId }), table));
    expect(new Set(copied)).toEqual(new Set(['other', undefined]));
    expect(share(copied.map((model) => model === 'other'))).toBeCloseTo(0.25, 1);
  });

  it('copies no copies, and none of models without such a policy', () => {
    const all = requestIds.slice(0, 100);
    expect(all.filter((requestId) => shadowOf(decidedFacts({ requestId, shadowOf: requestId }), table))).toEqual([]);
    expect(all.filter((requestId) => shadowOf(decidedFacts({ requestId, model: 'other' }), table))).toEqual([]);
  });
});

describe('planCopy', () => {
  const original = decidedFacts();
  const copy = decidedFacts({ model: 'other', requestId: 'req_00000000000000000000000000000002' });
  const targets = [
    targetWith('abroad', { region: 'us' }),
    targetWith('dear', { region: 'eu', priority: 2 }, '9000'),
    targetWith('home', { region: 'eu', priority: 3 }),
  ];
  const other = modelWith(targets, { name: 'other' });
  const planned = (routing: RoutingPolicy): string[] => {
    const own = modelWith([targetWith('a', { region: 'eu' })], { routing });
    const table = routingTable({ revision: 1, models: [own, other], providers: [] });
    return planCopy(copy, original, { table, live: quietState(1_000_000) }).targets.map(({ model }) => model);
  };

  it('keeps to what is required of whoever gets the data of the request, by its model or a rule', () => {
    expect(planned({})).toEqual(['abroad', 'dear', 'home']);
    expect(planned({ require: { regions: ['eu'] } })).toEqual(['dear', 'home']);
    expect(planned({ rules: [{ name: 'home', require: { regions: ['eu'] } }] })).toEqual(['dear', 'home']);
    expect(() => planned({ require: { notProviders: ['main'] } })).toThrow(NoEligibleTarget);
    expect(() => planned({ require: { zeroRetention: true } })).toThrow(NoEligibleTarget);
  });

  it('may cost more than the request', () => {
    expect(planned({ require: { mostInputNanoUsdPerMillion: '1000' } })).toContain('dear');
  });

  it('is decided by the policies that decide on the request', () => {
    const trial = { revision: 9, share: 1, models: [modelWith([targetWith('a')]), other] };
    const table = routingTable({ revision: 8, models: [modelWith([targetWith('a')])], providers: [], trial });
    const { decision } = planCopy(copy, original, { table, live: quietState(1_000_000) });
    expect(decision).toMatchObject({ snapshotRevision: 9, trial: true });
  });
});

function refusalBy(decide: () => unknown): NoEligibleTarget['basis'] {
  try {
    decide();
  } catch (error) {
    if (error instanceof NoEligibleTarget) return error.basis;
    throw error;
  }
  return undefined;
}
