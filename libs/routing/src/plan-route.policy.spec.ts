import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, TargetEntry } from '#libs/contracts';
import * as fc from 'fast-check';
import { NoEligibleTarget } from './no-eligible-target.js';
import { planRoute } from './plan-route.policy.js';
import { routingTable } from './routing-table.js';

const price = { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '2' };
const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 2, totalMilliseconds: 3 };
const target = (model: string, priority: number, weight: number): TargetEntry => ({
  provider: 'main',
  model,
  priority,
  weight,
  price,
});

function modelOf(targets: TargetEntry[], strategy: ModelEntry['strategy'] = 'priority'): ModelEntry {
  return { name: 'gpt-small', strategy, timeouts, targets };
}

function tableOf(strategy: ModelEntry['strategy'], targets: TargetEntry[]): ReturnType<typeof routingTable> {
  const models = [modelOf(targets, strategy)];
  return routingTable({ revision: 7, providers: [], models });
}

const factsOf = (requestId: string, model = 'gpt-small'): Facts => ({
  requestId,
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'interactive',
  dialect: 'openai-chat',
  operation: 'chat',
  model,
  stream: false,
  usageAsked: false,
  estimatedPromptTokens: 1,
  receivedAt: 0,
  bodyBytes: 2,
  spans: { model: [0, 1] },
});
const seedOf = (index: number): string => `req_${index.toString(16).padStart(32, '0')}`;
const orderOf = (requestId: string, table: ReturnType<typeof routingTable>): string[] =>
  planRoute(factsOf(requestId), table).targets.map(({ model }) => model);

describe('planRoute', () => {
  it('gives the same plan for the same request and table', () => {
    const table = tableOf('weighted', [target('a', 1, 1), target('b', 1, 2), target('c', 1, 3)]);
    for (let index = 0; index < 100; index++) {
      expect(planRoute(factsOf(seedOf(index)), table)).toEqual(planRoute(factsOf(seedOf(index)), table));
    }
    expect(new Set(Array.from({ length: 100 }, (_, index) => orderOf(seedOf(index), table).join())).size).toBe(6);
  });

  it('tries every target of a model exactly once, by priority where that is the strategy', () => {
    const targets = fc.array(
      fc.record({ priority: fc.nat({ max: 4 }), weight: fc.double({ min: 0.001, max: 1e6, noNaN: true }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(
        targets,
        fc.constantFrom('priority' as const, 'weighted' as const),
        fc.nat(),
        (fields, strategy, seed) => {
          const entries = fields.map(({ priority, weight }, index) => target(`m${index}`, priority, weight));
          const order = orderOf(seedOf(seed), tableOf(strategy, entries));
          expect([...order].toSorted()).toEqual(entries.map(({ model }) => model).toSorted());
          const priorities = order.map((model) => entries.find((entry) => entry.model === model)?.priority ?? NaN);
          if (strategy === 'priority')
            expect(priorities).toEqual([...priorities].toSorted((left, right) => left - right));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['of all targets', 'weighted', [target('a', 1, 1), target('b', 1, 3), target('c', 1, 6)]],
    [
      'among those of equal priority',
      'priority',
      [target('late', 2, 100), target('a', 1, 1), target('b', 1, 3), target('c', 1, 6)],
    ],
  ] as const)('draws in proportion to the weights %s', (_which, strategy, targets) => {
    const table = tableOf(strategy, [...targets]);
    const draws = 20_000;
    const first = new Map<string, number>();
    const second = new Map<string, number>();
    for (let index = 0; index < draws; index++) {
      const [one = '', two = ''] = orderOf(seedOf(index * 7_919), table);
      first.set(one, (first.get(one) ?? 0) + 1);
      if (one === 'c') second.set(two, (second.get(two) ?? 0) + 1);
    }
    // Four standard deviations of a share of one half among 20,000 draws are 1.4 %.
    for (const [model, share] of [
      ['a', 0.1],
      ['b', 0.3],
      ['c', 0.6],
    ] as const) {
      expect(Math.abs((first.get(model) ?? 0) / draws - share)).toBeLessThan(0.015);
    }
    // What is left of the weights decides on the second: 1 to 3 once c is drawn.
    expect(Math.abs((second.get('b') ?? 0) / (first.get('c') ?? 1) - 0.75)).toBeLessThan(0.02);
  });

  it('says why each target stands where it stands, and under which configuration', () => {
    const { decision, position, attempts } = planRoute(
      factsOf(seedOf(1)),
      tableOf('priority', [target('second', 2, 1), target('first', 1, 5)]),
    );
    expect({ decision, position, attempts }).toEqual({
      position: 0,
      attempts: [],
      decision: {
        snapshotRevision: 7,
        strategy: 'priority',
        candidates: [
          {
            provider: 'main',
            model: 'first',
            outcome: 'planned',
            rank: 0,
            reason: 'priority 1, weight 5 among equals',
          },
          {
            provider: 'main',
            model: 'second',
            outcome: 'planned',
            rank: 1,
            reason: 'priority 2, weight 1 among equals',
          },
        ],
      },
    });
  });

  it('gives each target its price and the timeouts of the model', () => {
    const [planned] = planRoute(factsOf(seedOf(1)), tableOf('weighted', [target('a', 1, 1)])).targets;
    expect(planned).toEqual({ provider: 'main', model: 'a', price, timeouts });
  });

  it('gives each target the policy of the model for what it cannot do', () => {
    const models = [{ ...modelOf([target('a', 1, 1)]), unsupported: 'reject' as const }];
    const table = routingTable({ revision: 7, providers: [], models });
    expect(planRoute(factsOf(seedOf(1)), table).targets[0]).toHaveProperty('unsupported', 'reject');
  });

  describe('a prompt that is clearly longer than a context window', () => {
    const window = (model: string, contextWindow: number) => ({ ...target(model, 1, 1), limits: { contextWindow } });
    const long = { ...factsOf(seedOf(1)), estimatedPromptTokens: 20_001 };

    it('leaves out the targets whose window it is, and says so', () => {
      const table = tableOf('priority', [window('short', 10_000), window('long', 10_001), target('unknown', 2, 1)]);
      const { targets, decision } = planRoute(long, table);
      expect(targets.map(({ model }) => model)).toEqual(['long', 'unknown']);
      expect(decision.candidates.map(({ outcome, rank }) => [outcome, rank])).toEqual([
        ['planned', 0],
        ['planned', 1],
        ['dropped', undefined],
      ]);
      expect(decision.candidates.at(-1)).toMatchObject({
        model: 'short',
        reason: 'its context window of 10000 tokens is too short for about 20001',
      });
    });

    it('is refused where no target is left, with the counted and the allowed tokens', () => {
      const table = tableOf('priority', [window('short', 10_000), window('shorter', 5_000)]);
      let refusal: unknown;
      try {
        planRoute(long, table);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(NoEligibleTarget);
      expect(refusal).toMatchObject({ code: 'context_length_exceeded', status: 400, errorClass: 'context_too_long' });
      expect((refusal as Error).message).toBe(
        "The maximum context length of 'gpt-small' is 10000 tokens, but the request has about 20001 tokens; shorten it.",
      );
    });

    it.each([
      ['a text to continue', { operation: 'text_completion' }, 20_001],
      ['a request for a response', { dialect: 'openai-responses' }, 20_001],
      ['the longest of many texts', { operation: 'text_completion', longestPromptTokens: 20_002 }, 20_002],
    ] as const)('is refused in %s, with the counted and the allowed tokens', (_what, of, counted) => {
      const plan = () => planRoute({ ...long, ...of }, tableOf('priority', [window('short', 10_000)]));
      expect(plan).toThrow(`is 10000 tokens, but the request has about ${counted} tokens`);
    });

    it('is no matter where only many texts together are as long, each of which has the window for itself', () => {
      const many = { ...long, operation: 'text_completion', longestPromptTokens: 20_000 } as const;
      expect(planRoute(many, tableOf('priority', [window('short', 10_000)])).targets).toHaveLength(1);
    });

    it('is no matter for operations that take lists of texts', () => {
      const table = tableOf('priority', [window('short', 10_000)]);
      expect(planRoute({ ...long, operation: 'embeddings' }, table).targets).toHaveLength(1);
    });
  });

  it('refuses a model that is not there', () => {
    const table = tableOf('weighted', [target('a', 1, 1)]);
    for (const name of ['gpt-unknown', '__proto__', 'constructor']) {
      expect(() => planRoute(factsOf(seedOf(1), name), table)).toThrow(NoEligibleTarget);
    }
  });
});
