import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { recordedFactsOf, type DecidedRequest, type Facts, type ModelEntry, type TargetEntry } from '#libs/contracts';
import { costOf } from '#libs/pricing';
import { NoEligibleTarget, planRoute, quietState, routingTable, type RoutingTable } from '#libs/routing';

import { ReplayTally, type ReplayFindings } from './replay-tally.policy.js';

const usage = { promptTokens: 1_000, completionTokens: 100 };

function targetOf(model: string, over: Partial<TargetEntry> = {}, nanoUsdPerMillion = '1000000'): TargetEntry {
  const version = `price_${nanoUsdPerMillion.padStart(16, '0')}`;
  const amounts = { inputNanoUsdPerMillion: nanoUsdPerMillion, outputNanoUsdPerMillion: nanoUsdPerMillion };
  return { provider: 'main', model, priority: 1, weight: 1, price: { version, ...amounts }, ...over };
}

function modelOf(targets: TargetEntry[], over: Partial<ModelEntry> = {}): ModelEntry {
  const timeouts = { firstByteMilliseconds: 1_000, idleMilliseconds: 2_000, totalMilliseconds: 3_000 };
  return { name: 'small', strategy: 'priority', timeouts, targets, ...over };
}

const tableOf = (...models: ModelEntry[]): RoutingTable => routingTable({ revision: 1, providers: [], models });

function factsOf(seed: number, over: Partial<Facts> = {}): Facts {
  return {
    requestId: `req_${String(seed).padStart(32, '0')}`,
    organization: 'demo',
    project: 'default',
    key: 'ci',
    lane: 'interactive',
    dialect: 'openai-chat',
    operation: 'chat',
    model: 'small',
    stream: false,
    usageAsked: false,
    estimatedPromptTokens: 100,
    receivedAt: 1_000_000 + seed,
    bodyBytes: 2,
    spans: { model: [0, 1] },
    ...over,
  };
}

/** What would be on record had this table decided, and had the first target answered. */
function recordOf(facts: Facts, table: RoutingTable, durationMilliseconds = 500): DecidedRequest {
  const { requestId, organization, project, key, lane, dialect, operation, model, stream, receivedAt } = facts;
  const told = { requestId, organization, project, key, lane, dialect, operation, model, stream, receivedAt };
  const decision = { snapshotRevision: 1, strategy: 'priority' };
  try {
    const { targets } = planRoute(facts, table, quietState(receivedAt));
    const { provider, model: first, price } = targets[0]!;
    return {
      ...told,
      endUser: facts.endUser,
      facts: recordedFactsOf(facts),
      decision: { ...decision, planned: targets.map((target) => ({ provider: target.provider, model: target.model })) },
      costNanoUsd: costOf(usage, price).toString(),
      attempts: [
        {
          provider,
          model: first,
          priceVersion: price.version,
          startedAt: receivedAt,
          outcome: 'succeeded',
          durationMilliseconds,
          usage,
        },
      ],
    };
  } catch (error) {
    if (!(error instanceof NoEligibleTarget)) throw error;
    return { ...told, facts: recordedFactsOf(facts), decision: { ...decision, planned: [] }, attempts: [] };
  }
}

function replay(requests: readonly DecidedRequest[], proposed: RoutingTable, inForce?: RoutingTable): ReplayFindings {
  const tally = new ReplayTally(proposed, inForce);
  for (const request of requests) tally.add(request);
  return tally.findings();
}

const strategy = fc.constantFrom(
  { kind: 'priority' as const },
  { kind: 'weighted' as const },
  { kind: 'lowest_cost' as const },
  { kind: 'consistent_hash' as const, by: 'user' as const },
);
const target = fc
  .record({
    model: fc.constantFrom('m1', 'm2', 'm3', 'm4'),
    priority: fc.nat({ max: 2 }),
    weight: fc.integer({ min: 1, max: 5 }),
    tiers: fc.option(fc.subarray(['gold', 'free'], { minLength: 1 }), { nil: undefined }),
    price: fc.integer({ min: 1, max: 9_000_000 }).map(String),
  })
  .map(({ model, priority, weight, tiers, price }) =>
    targetOf(model, { priority, weight, ...(tiers ? { access: { tiers } } : {}) }, price),
  );
const table = fc
  .record({
    targets: fc.array(target, { minLength: 1, maxLength: 6 }),
    strategy,
    useTools: fc.constantFrom('request.usesTools', 'request.tier == "gold"'),
  })
  .map((policy) =>
    tableOf(
      modelOf(policy.targets, {
        routing: { strategy: policy.strategy, rules: [{ name: 'one', when: policy.useTools, useModel: 'large' }] },
      }),
      modelOf([targetOf('m5')], { name: 'large' }),
    ),
  );
const traffic = fc.array(
  fc
    .record(
      {
        seed: fc.nat({ max: 1_000_000 }),
        tier: fc.constantFrom('gold', 'free'),
        usesTools: fc.boolean(),
        endUser: fc.constantFrom('ann', 'bob', 'eve'),
        model: fc.constantFrom('small', 'large', 'nowhere'),
      },
      { requiredKeys: ['seed'] },
    )
    .map(({ seed, ...over }) => factsOf(seed, over)),
  { maxLength: 40 },
);

describe('a replay', () => {
  it('changes nothing under the policy that decided, where its strategies do not measure', () => {
    fc.assert(
      fc.property(table, traffic, (by, all) => {
        const found = replay(
          all.map((facts) => recordOf(facts, by)),
          by,
        );
        expect(found.changed).toBe(0);
        expect(found.examples).toEqual([]);
        expect(found.refusedAfter).toBe(found.refusedBefore);
        expect(found).toMatchObject({ newlyServed: { requests: 0 }, newlyRefused: { requests: 0 } });
        expect(found.costAfterNanoUsd).toBe(found.costBeforeNanoUsd);
        for (const row of found.targets) {
          expect(row.requestsAfter).toBe(row.requestsBefore);
          expect(row.costAfterNanoUsd).toBe(row.costBeforeNanoUsd);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('accounts for every request once before and once after, and for all of the cost', () => {
    fc.assert(
      fc.property(table, table, traffic, (then, now, all) => {
        const records = all.map((facts) => recordOf(facts, then));
        const recordedCost = records.reduce((total, { costNanoUsd }) => total + Number(costNanoUsd ?? 0), 0);
        const found = replay(records, now, then);
        const sum = (of: (row: ReplayFindings['targets'][number]) => number) =>
          found.targets.reduce((total, row) => total + of(row), 0);
        expect(found.requests).toBe(all.length);
        expect(sum((row) => row.requestsBefore) + found.refusedBefore).toBe(all.length);
        expect(sum((row) => row.requestsAfter) + found.refusedAfter).toBe(all.length);
        expect(sum((row) => Number(row.costBeforeNanoUsd))).toBe(Number(found.costBeforeNanoUsd));
        expect(sum((row) => Number(row.costAfterNanoUsd))).toBe(Number(found.costAfterNanoUsd));
        const costBefore = Number(found.costBeforeNanoUsd) + Number(found.newlyRefused.costNanoUsd);
        expect(found.refusedAfter - found.refusedBefore).toBe(found.newlyRefused.requests - found.newlyServed.requests);
        expect(found.withoutCost > 0 || costBefore === recordedCost).toBe(true);
        expect(found.changed).toBeLessThanOrEqual(all.length);
        expect(found.examples.length).toBeLessThanOrEqual(Math.min(20, found.changed));
      }),
      { numRuns: 300 },
    );
  });

  describe('of traffic that goes elsewhere', () => {
    const then = tableOf(modelOf([targetOf('old', { quality: 0.9 }), targetOf('new', { priority: 2, quality: 0.6 })]));
    const now = tableOf(modelOf([targetOf('new', { quality: 0.6 }, '500000')]));
    const records = [1, 2, 3].map((seed) => recordOf(factsOf(seed), then, 300));
    const other = recordOf(factsOf(4), tableOf(modelOf([targetOf('new', {}, '500000')])), 100);
    const found = replay([...records, other], now, then);

    it('prices the recorded usage by the new target', () => {
      expect(found).toMatchObject({ requests: 4, changed: 3, costBeforeNanoUsd: '3850', costAfterNanoUsd: '2200' });
    });

    it('predicts latency by what the same traffic measured, and tells how much would lose in quality', () => {
      expect(found).toMatchObject({ latencyBeforeMilliseconds: 250, latencyAfterMilliseconds: 100 });
      expect(found.qualityBefore).toBeCloseTo((0.9 * 3 + 0.6) / 4);
      expect(found.qualityAfter).toBeCloseTo(0.6);
      expect(found).toMatchObject({ lowerQuality: 3, higherQuality: 0 });
    });

    it('shows some of the changes with the reason', () => {
      expect(found.examples[0]).toMatchObject({ before: 'main/old', after: 'main/new', model: 'small' });
      expect(found.examples[0]?.reason).toContain('priority');
    });
  });

  it('says what would be refused, and what would be served', () => {
    const refusing = tableOf(modelOf([targetOf('m', { access: { tiers: ['gold'] } })]));
    const serving = tableOf(modelOf([targetOf('m')]));
    const refused = replay([recordOf(factsOf(1), serving)], refusing);
    expect(refused).toMatchObject({ changed: 1, refusedBefore: 0, refusedAfter: 1, costAfterNanoUsd: '0' });
    expect(refused.examples[0]?.after).toBe('refused');
    expect(refused).toMatchObject({ costBeforeNanoUsd: '0', newlyRefused: { requests: 1, costNanoUsd: '1100' } });

    const served = replay([recordOf(factsOf(1), refusing)], serving);
    expect(served).toMatchObject({ changed: 1, refusedBefore: 1, refusedAfter: 0 });
    // 100 prompt tokens, and an answer of the usual thousand.
    expect(served).toMatchObject({ costAfterNanoUsd: '0', newlyServed: { requests: 1, costNanoUsd: '1100' } });
    expect(served.targets).toMatchObject([{ requestsAfter: 1, costAfterNanoUsd: '0' }]);
  });

  it('keeps what was not answered and would go elsewhere out of the sums that are compared', () => {
    const then = tableOf(modelOf([targetOf('old')]));
    const { attempts, ...record } = recordOf(factsOf(1), then);
    const { usage: _usage, ...attempt } = attempts[0]!;
    const unanswered = { ...record, costNanoUsd: '0', attempts: [{ ...attempt, outcome: 'failed' as const }] };
    expect(replay([unanswered], tableOf(modelOf([targetOf('new')])), then)).toMatchObject({
      refusedBefore: 0,
      costBeforeNanoUsd: '0',
      costAfterNanoUsd: '0',
      newlyServed: { requests: 1, costNanoUsd: '1100' },
    });
    expect(replay([unanswered], then)).toMatchObject({ changed: 0, newlyServed: { requests: 0, costNanoUsd: '0' } });
  });

  it('lets measuring strategies see what the same traffic measured before', () => {
    const policy = {
      kind: 'lowest_latency' as const,
      measure: 'total' as const,
      percentile: 50 as const,
      tolerance: 0,
    };
    const slow = tableOf(modelOf([targetOf('slow')]));
    const fast = tableOf(modelOf([targetOf('fast')]));
    const seen = Array.from({ length: 20 }, (_, seed) =>
      recordOf(factsOf(seed), seed % 2 ? slow : fast, seed % 2 ? 900 : 90),
    );
    const now = tableOf(modelOf([targetOf('slow'), targetOf('fast')], { routing: { strategy: policy } }));
    const found = replay(
      [...seen, ...Array.from({ length: 50 }, (_, seed) => recordOf(factsOf(100 + seed), slow))],
      now,
    );
    const [first] = found.targets;
    expect(first).toMatchObject({ model: 'fast' });
    expect(first?.requestsAfter).toBeGreaterThan(50);
  });

  it('takes requests in turn where that is the policy', () => {
    const now = tableOf(modelOf([targetOf('a'), targetOf('b')], { routing: { strategy: { kind: 'round_robin' } } }));
    const found = replay(
      [1, 2, 3, 4].map((seed) => recordOf(factsOf(seed), tableOf(modelOf([targetOf('a')])))),
      now,
    );
    expect(found.targets.map(({ requestsAfter }) => requestsAfter)).toEqual([2, 2]);
  });

  it('takes requests in turn for each model whose targets they are, whatever rule led there', () => {
    const turning = modelOf([targetOf('a'), targetOf('b')], {
      name: 'turning',
      strategy: 'priority',
      routing: { strategy: { kind: 'round_robin' } },
    });
    const now = tableOf(modelOf([], { routing: { rules: [{ name: 'on', useModel: 'turning' }] } }), turning);
    const before = tableOf(modelOf([targetOf('a')]));
    const found = replay(
      [1, 2, 3, 4].map((seed) => recordOf(factsOf(seed), before)),
      now,
    );
    expect(found.targets.map(({ requestsAfter }) => requestsAfter)).toEqual([2, 2]);
  });

  it('leaves out what was answered from the cache, and records without facts', () => {
    const by = tableOf(modelOf([targetOf('a')]));
    const { facts: _facts, ...bare } = recordOf(factsOf(1), by);
    const cached = { ...recordOf(factsOf(2), by), cachedFrom: 'req_0000000000' };
    expect(replay([bare, cached], by)).toMatchObject({ requests: 0, leftOut: { withoutFacts: 1, fromCache: 1 } });
  });
});
