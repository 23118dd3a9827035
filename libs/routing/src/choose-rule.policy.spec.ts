import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, RoutingRule, RoutingSlip } from '#libs/contracts';
import type { LiveState } from './live-state.js';
import { quietState } from './live-state.js';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

const MONDAY_EVENING = Date.parse('2026-06-01T19:30:00Z');

function models(rules: RoutingRule[], others: ModelEntry[] = []): ModelEntry[] {
  const targets = [targetWith('dear', { tags: ['dear'], region: 'eu' }, '9000'), targetWith('cheap', { priority: 2 })];
  return [modelWith(targets, { routing: { rules } }), ...others];
}

function plan(
  rules: RoutingRule[],
  facts: Partial<Facts> = {},
  world: { others?: ModelEntry[]; live?: Partial<LiveState> } = {},
): RoutingSlip {
  const table = routingTable({ revision: 1, providers: [], models: models(rules, world.others) });
  return planRoute(decidedFacts(facts), table, { ...quietState(MONDAY_EVENING), ...world.live });
}

const firstOf = ({ targets }: RoutingSlip): string | undefined => targets[0]?.model;

describe('the rules of a model', () => {
  it('are asked in order, and the first that holds decides and is on record', () => {
    const slip = plan(
      [
        { name: 'no', when: 'request.stream' },
        { name: 'yes', when: 'request.tier == "gold"', strategy: { kind: 'lowest_cost' } },
        { name: 'late', onlyTags: ['dear'] },
      ],
      { tier: 'gold' },
    );
    expect([slip.decision.rule, slip.decision.strategy, firstOf(slip)]).toEqual(['yes', 'lowest_cost', 'cheap']);
  });

  it('leave no trace where none holds', () => {
    expect(plan([{ name: 'no', when: 'request.stream' }]).decision).not.toHaveProperty('rule');
  });

  it('do not hold where the condition fails on the request, or did not compile', () => {
    const rules = [
      { name: 'absent', when: 'request.metadata.plan == "gold"', refuse: 'No.' },
      { name: 'broken', when: 'request.metadata.', refuse: 'No.' },
    ];
    expect(plan(rules, { metadata: {} }).decision.rule).toBeUndefined();
    expect(() => plan(rules, { metadata: { plan: 'gold' } })).toThrow('No.');
  });

  it.each([
    ['UTC', 'now.hour == 19 && now.weekday == 1', true],
    ['Asia/Tokyo', 'now.hour == 4 && now.weekday == 2', true],
    ['Asia/Tokyo', 'now.hour == 19', false],
  ])('see the time of the zone of their window, %s: %s', (timeZone, when, holds) => {
    expect(
      plan([
        { name: 'first', window: { timeZone: 'Europe/Berlin', fromMinute: 0, toMinute: 1 } },
        { name: 'now', when, window: { timeZone } },
      ]).decision.rule,
    ).toBe(holds ? 'now' : undefined);
  });

  it('see how much of the budget is spent', () => {
    const rules = [
      { name: 'thrift', when: 'budget.usedShare > 0.8 && request.promptTokens < 1000', onlyTags: ['dear'] },
    ];
    const spent = (share?: number): string | undefined =>
      plan(rules, share === undefined ? {} : { budgetUsedShare: share }).decision.rule;
    expect([spent(), spent(0.8), spent(0.81), spent(1.2)]).toEqual([undefined, undefined, 'thrift', 'thrift']);
  });

  it('refuse with their own sentence', () => {
    const refused = (): RoutingSlip => plan([{ name: 'closed', refuse: 'Not on Mondays.' }]);
    expect(refused).toThrow(
      expect.objectContaining({ code: 'refused_by_policy', status: 403, message: 'Not on Mondays.' }),
    );
  });

  it('narrow to targets with one of their tags', () => {
    const { targets, decision } = plan([{ name: 'dear', onlyTags: ['dear', 'dearer'] }]);
    expect(targets.map(({ model }) => model)).toEqual(['dear']);
    expect(decision.candidates.at(-1)).toMatchObject({
      filter: 'tags',
      reason: 'it has none of the tags dear, dearer',
    });
  });
});

describe('a rule that uses another model', () => {
  const large = (rules: RoutingRule[], over: Partial<ModelEntry> = {}): ModelEntry =>
    modelWith([targetWith('large-eu', { region: 'eu' }), targetWith('large-us', { region: 'us' })], {
      name: 'large',
      routing: { rules, strategy: { kind: 'weighted' } },
      ...over,
    });

  it('goes on with that model and its own policy, and tells which model serves', () => {
    const slip = plan([{ name: 'up', useModel: 'large' }], {}, { others: [large([{ name: 'own', when: 'true' }])] });
    expect(slip.decision).toMatchObject({ rule: 'up > own', strategy: 'weighted' });
    expect(new Set(slip.targets.map(({ servesModel }) => servesModel))).toEqual(new Set(['large']));
  });

  it('takes its requirements along', () => {
    const rules = [{ name: 'up', useModel: 'large', require: { regions: ['eu'] } }];
    expect(plan(rules, {}, { others: [large([])] }).targets.map(({ model }) => model)).toEqual(['large-eu']);
  });

  it.each([
    ['a circle', [large([{ name: 'back', useModel: 'small' }])], 'no_eligible_target', 'go round in a circle'],
    ['a model that is not there', [], 'no_eligible_target', "lead to 'large', which does not exist here"],
    [
      'a model that the caller may not use',
      [large([], { routing: { access: { organizations: ['acme'] } } })],
      'not_permitted',
      "The model 'large' may not be used by the key 'ci'",
    ],
  ])('refuses where it leads to %s', (_what, others, code, message) => {
    const refused = (): RoutingSlip => plan([{ name: 'up', useModel: 'large' }], {}, { others });
    expect(refused).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
