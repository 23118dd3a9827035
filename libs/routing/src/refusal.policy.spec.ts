import { describe, expect, it } from '@jest/globals';
import type { Facts, RoutingPolicy, TargetEntry, TargetState } from '#libs/contracts';
import { NoEligibleTarget } from './no-eligible-target.js';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, liveWith, modelWith, stateWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

interface World {
  readonly facts?: Partial<Facts>;
  readonly policy?: RoutingPolicy;
  readonly states?: Record<string, TargetState>;
}

function refusal(targets: TargetEntry[], { facts, policy, states = {} }: World = {}): NoEligibleTarget {
  const table = routingTable({ revision: 1, providers: [], models: [modelWith(targets, { routing: policy })] });
  try {
    planRoute(decidedFacts(facts), table, liveWith(states));
  } catch (error) {
    if (error instanceof NoEligibleTarget) return error;
    throw error;
  }
  throw new Error('The request is planned.');
}

describe('a refusal', () => {
  it('names each filter that left a target out, counts, reasons and what to do', () => {
    const targets = [
      targetWith('a', { region: 'us' }),
      targetWith('b'),
      targetWith('c', { region: 'eu', limits: { abilities: [] } }),
    ];
    const error = refusal(targets, { facts: { usesTools: true }, policy: { require: { regions: ['eu'] } } });
    expect([error.code, error.status, error.errorClass]).toEqual(['no_eligible_target', 404, 'no_eligible_target']);
    expect(error.message).toBe(
      "No target of 'small' may serve this request. Left out by region (2): its region us is not among eu, its region is " +
        'not known, and it must be one of eu; by abilities (1): it cannot call tools. Ask the operator for a target in an ' +
        'allowed region, or name a model that can do all that the request asks for.',
    );
    expect(error.candidates).toHaveLength(3);
  });

  it('stays short for many targets, of which each is on record', () => {
    const targets = Array.from({ length: 100 }, (_, index) => targetWith(`m${index}`, { region: `r${index}` }));
    const error = refusal(targets, { policy: { require: { regions: ['eu'] } } });
    expect(error.message).toContain('its region r1 is not among eu and 98 other reasons');
    expect(error.message.length).toBeLessThan(300);
    expect(error.candidates).toHaveLength(100);
  });

  it('names nobody else who may use a target', () => {
    const access = { organizations: ['acme'], tiers: ['partner'], deny: { organizations: ['globex'] } };
    const error = refusal([targetWith('a', { access }), targetWith('b', { access: { tiers: ['partner'] } })]);
    expect(error.message + JSON.stringify(error.candidates)).not.toMatch(/acme|globex|partner/);
    expect(error.code).toBe('no_eligible_target');
  });

  it('is one of permission where the caller may not use the model', () => {
    const policy = { access: { organizations: ['acme'] }, fallbacks: { models: ['small'] } };
    const error = refusal([targetWith('a')], { policy });
    expect([error.code, error.status]).toEqual(['not_permitted', 403]);
    expect(error.message).not.toContain('acme');
    expect(error.candidates).toMatchObject([{ model: 'a', filter: 'access', outcome: 'dropped' }]);
  });

  it('of a rule still tells which targets are kept for others', () => {
    const policy = { rules: [{ name: 'closed', refuse: 'Closed today.' }] };
    const error = refusal([targetWith('a'), targetWith('b', { access: { tiers: ['partner'] } })], { policy });
    expect(error.code).toBe('refused_by_policy');
    expect(error.candidates.map(({ filter }) => filter)).toEqual(['rule', 'tier']);
  });

  it('is one of the length of the prompt only where nothing else was in the way of any target', () => {
    const short = { limits: { contextWindow: 10 } };
    const policy = { require: { notProviders: ['other'] } };
    expect(refusal([targetWith('a', short)], { policy }).code).toBe('context_length_exceeded');
    const error = refusal([targetWith('a', short), targetWith('b', { provider: 'other' })], { policy });
    expect(error.code).toBe('no_eligible_target');
  });

  it('is one of the length of the prompt whatever is kept for others, of whose length it says nothing', () => {
    const ofOthers = { access: { tiers: ['gold'] }, limits: { contextWindow: 1_000_000 } };
    const error = refusal([targetWith('a', { limits: { contextWindow: 10 } }), targetWith('b', ofOthers)]);
    expect(error.code).toBe('context_length_exceeded');
    expect(error.message).toContain('is 10 tokens');
    expect(refusal([targetWith('b', ofOthers)]).code).toBe('no_eligible_target');
  });

  it('is one of what the model cannot do where nothing else was in the way', () => {
    const blind = targetWith('a', { limits: { inputModalities: ['text'] } });
    const toolless = targetWith('b', { limits: { abilities: [] } });
    const asked = { usesTools: true, inputModalities: ['text' as const, 'image' as const] };
    const error = refusal([blind, toolless], { facts: asked });
    expect([error.code, error.status, error.errorClass]).toEqual(['unsupported_by_model', 400, 'unsupported']);
    expect(error.message).toContain('Name a model that reads all that the prompt holds');
    const elsewhere = targetWith('c', { region: 'us' });
    const policy = { require: { regions: ['eu'] } };
    expect(refusal([{ ...blind, region: 'eu' }, elsewhere], { facts: asked, policy }).code).toBe('no_eligible_target');
  });

  it('says that a model has no target', () => {
    expect(refusal([]).message).toBe("The model 'small' has no target; the operator must give it one.");
  });

  it.each<[why: string, states: Record<string, TargetState>, seconds: number]>([
    [
      'a breaker',
      { a: stateWith({ breaker: { state: 'open', since: 0, until: 1_002_500, openings: 1, reason: 'overloaded' } }) },
      3,
    ],
    ['the minute', { a: stateWith({ requestsThisMinute: 1 }) }, 20],
    ['calls under way', { a: stateWith({ inFlight: 3 }) }, 1],
  ])('says when a target will be there again, after %s', (_why, states, seconds) => {
    const targets = [
      targetWith('a', { quotas: { requestsPerMinute: 1, concurrency: 3 }, region: 'eu' }),
      targetWith('b', { region: 'us' }),
    ];
    const error = refusal(targets, { states, policy: { require: { regions: ['eu'] } } });
    expect([error.code, error.status, error.errorClass]).toEqual(['targets_unavailable', 503, 'target_unhealthy']);
    expect(error.retryAfterSeconds).toBe(seconds);
    expect(error.message).toContain(`Try again in ${seconds} second`);
  });

  it('is not made where nothing but a pause is in the way, which the worker waits out', () => {
    const states = { a: stateWith({ coolingUntil: 1_030_000 }), b: stateWith({ coolingUntil: 1_004_000 }) };
    const policy = { require: { regions: ['eu'] } };
    const targets = [targetWith('a', { region: 'us' }), targetWith('b', { region: 'eu' })];
    const models = [modelWith(targets, { routing: policy })];
    const table = routingTable({ revision: 1, models, providers: [] });
    expect(planRoute(decidedFacts(), table, liveWith(states)).targets.map(({ model }) => model)).toEqual(['b']);
  });

  it('is for want of money where with more of it somebody would serve', () => {
    const policy = { require: { regions: ['eu'] } };
    const of = (region: string): NoEligibleTarget =>
      refusal([targetWith('a', { region }, '9000000'), targetWith('b', { region: 'us' })], {
        facts: { budgetLeftNanoUsd: '10', budgetUsedShare: 0.97 },
        policy,
      });
    const error = of('eu');
    expect([error.code, error.status, error.errorClass]).toEqual(['budget_exceeded', 402, 'no_eligible_target']);
    expect(error.message).toContain('by budget (1): the call may cost more than the budget has left');
    expect(of('us').code).toBe('no_eligible_target');
  });

  it('tells the earliest of several', () => {
    const openUntil = (until: number) =>
      stateWith({ breaker: { state: 'open', since: 0, until, openings: 1, reason: 'overloaded' } });
    const states = { a: openUntil(1_030_000), b: openUntil(1_004_000) };
    expect(refusal([targetWith('a'), targetWith('b')], { states }).retryAfterSeconds).toBe(4);
  });
});
