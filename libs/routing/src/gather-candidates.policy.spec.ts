import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, ProviderEntry, RoutingPolicy, RoutingSlip } from '#libs/contracts';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

const providers: ProviderEntry[] = [
  { name: 'main', kind: 'openai', options: {} },
  { name: 'spare', kind: 'azure', options: {} },
];
const b = modelWith([targetWith('b1'), targetWith('a1', { priority: 2 })], { name: 'b' });
const c = modelWith([targetWith('c1', { provider: 'spare' })], { name: 'c' });
const closed = modelWith([targetWith('secret')], { name: 'closed', routing: { access: { organizations: ['acme'] } } });
const eu = modelWith([targetWith('e1', { region: 'eu' }), targetWith('e2')], {
  name: 'eu',
  routing: { require: { regions: ['eu'] } },
});
const auto = { weak: 'b', strong: 'c', levels: { cheap: 0.8, balanced: 0.5, best: 0.2 } };

function plan(wishes: Facts['wishes'], routing: RoutingPolicy = {}, of: Partial<Facts> = {}): RoutingSlip {
  const own = modelWith([targetWith('a1'), targetWith('a2', { provider: 'spare', priority: 2 })], { routing });
  const models: ModelEntry[] = [own, b, c, closed, eu, modelWith([], { name: 'auto', auto })];
  return planRoute(decidedFacts({ ...of, wishes }), routingTable({ revision: 1, providers, models }));
}

const tried = ({ targets }: RoutingSlip): string[] =>
  targets.map(({ model, servesModel, onlyAfter }) => [model, servesModel, onlyAfter].filter(Boolean).join(' '));
const dropped = ({ decision }: RoutingSlip): unknown[] =>
  decision.candidates.filter(({ outcome }) => outcome === 'dropped').map(({ model, filter }) => [model, filter]);

describe('the candidates of a request', () => {
  it('are its own targets, then those of the models that the caller names, then those of the policy, each once', () => {
    const slip = plan({ models: ['c', 'small', 'b'] }, { fallbacks: { models: ['b', 'c'] } });
    expect(tried(slip)).toEqual(['a1', 'a2', 'c1 c', 'b1 b']);
  });

  it('are not those of models that a model to fall back to falls back to', () => {
    expect(tried(plan({ models: ['eu'] }))).toEqual(['a1', 'a2', 'e1 eu']);
  });

  it('are told where a name means nothing or nothing that the caller may use', () => {
    const slip = plan({ models: ['nowhere', 'closed'] });
    expect([tried(slip), dropped(slip)]).toEqual([
      ['a1', 'a2'],
      [
        ['nowhere', 'unknown_model'],
        ['closed', 'access'],
      ],
    ]);
    expect(JSON.stringify(slip)).not.toMatch(/secret|acme/);
  });

  it('meet the requirements of the model that they belong to besides those of the request', () => {
    const slip = plan({ models: ['eu'] });
    expect(dropped(slip)).toEqual([['e2', 'region']]);
    expect(
      tried(
        plan({ models: ['b', 'eu'] }, { fallbacks: { models: ['c'] }, require: { regions: ['eu'] } }, { model: 'eu' }),
      ),
    ).toEqual(['e1']);
  });

  it('keep to the first model, and to its providers in the order, where the caller allows no fallbacks', () => {
    const policy = { fallbacks: { models: ['b'], contentFilter: ['c'] } };
    expect(tried(plan({ models: ['c'], allowFallbacks: false }, policy))).toEqual(['a1', 'a2']);
    expect(tried(plan({ order: ['Azure'], allowFallbacks: false }, policy))).toEqual(['a2']);
  });

  it('are kept for one class of failure where the policy says so', () => {
    const slip = plan(undefined, { fallbacks: { contextTooLong: ['b'], contentFilter: ['b', 'c'] } });
    expect(tried(slip)).toEqual([
      'a1',
      'a2',
      'b1 b context_too_long',
      'a1 b context_too_long',
      'b1 b content_filter',
      'a1 b content_filter',
      'c1 c content_filter',
    ]);
  });

  it('are those kept for long prompts at once where a prompt is too long for all others', () => {
    const small = { limits: { contextWindow: 10 } };
    const own = modelWith([targetWith('a1', small)], { routing: { fallbacks: { contextTooLong: ['b'] } } });
    const slip = planRoute(decidedFacts(), routingTable({ revision: 1, providers, models: [own, b] }));
    expect(tried(slip)).toEqual(['b1 b', 'a1 b']);
  });

  it('are the chosen model and then the other one of a model that stands for two', () => {
    expect(tried(plan({ models: ['small'] }, {}, { model: 'auto:cheap', difficulty: 0.9 }))).toEqual([
      'c1 c',
      'b1 b',
      'a1 b',
      'a2 small',
    ]);
  });
});

describe('the targets that a caller lists', () => {
  it('are tried in that order, and no others are', () => {
    const slip = plan({ targets: [{ provider: 'AZURE' }, { model: 'b' }] }, { fallbacks: { models: ['c'] } });
    expect(tried(slip)).toEqual(['a2', 'b1 b', 'a1 b']);
    expect(dropped(plan({ targets: [{ provider: 'spare' }] }))).toEqual([['a1', 'wished_targets']]);
  });

  it('do not make a target known by another word that is kept for others', () => {
    const own = modelWith([targetWith('a1'), targetWith('of-others', { access: { organizations: ['acme'] } })]);
    const facts = decidedFacts({ wishes: { targets: [{ model: 'a1' }] } });
    const slip = planRoute(facts, routingTable({ revision: 1, providers, models: [own] }));
    expect(dropped(slip)).toEqual([['of-others', 'access']]);
  });

  it("are found by the provider's name of a model, first among its own", () => {
    expect(tried(plan({ targets: [{ model: 'c1' }, { model: 'a1' }] }))).toEqual(['c1 c', 'a1']);
  });

  it.each([{ model: 'secret' }, { model: 'closed' }, { provider: 'nobody' }, { provider: 'spare', model: 'b' }])(
    'stay out where there is no such target for the caller: %j',
    (wish) => {
      const slip = plan({ targets: [wish, { model: 'a1' }] });
      expect(tried(slip)).toEqual(['a1']);
      expect(JSON.stringify(slip)).not.toContain('acme');
    },
  );

  it('are drawn by weight where the caller balances load, a weight of nought last', () => {
    const targets = [
      { model: 'a1', weight: 0 },
      { provider: 'spare', weight: 3 },
      { model: 'c', weight: 1 },
    ];
    const first = new Map<string, number>();
    for (let index = 0; index < 4_000; index++) {
      const slip = plan({ targets, mode: 'loadbalance' }, {}, { requestId: `req_${String(index).padStart(32, '0')}` });
      expect(slip.targets.at(-1)?.model).toBe('a1');
      first.set(slip.targets[0]?.model ?? '', (first.get(slip.targets[0]?.model ?? '') ?? 0) + 1);
    }
    // Four standard deviations of a share of three quarters among 4,000 draws are 2.7 %.
    expect(Math.abs((first.get('a2') ?? 0) / 4_000 - 0.75)).toBeLessThan(0.028);
  });
});

describe('what a caller wishes of the order', () => {
  it('takes the place of the strategy, by the suffix of the name too', () => {
    const strategy = (wishes: Facts['wishes'], model = 'small', routing: RoutingPolicy = {}): string =>
      plan(wishes, routing, { model }).decision.strategy;
    expect([
      strategy({ sort: 'price' }),
      strategy({ sort: 'throughput' }),
      strategy({ sort: 'latency' }, 'small:floor'),
      strategy(undefined, 'small:floor'),
      strategy(undefined, 'small:nitro', { callersWishes: false }),
    ]).toEqual(['lowest_cost', 'highest_throughput', 'lowest_latency', 'lowest_cost', 'priority']);
  });
});
