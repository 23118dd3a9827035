import { describe, expect, it } from '@jest/globals';
import type { Facts, RoutingPolicy, TargetEntry, TargetState } from '#libs/contracts';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, liveWith, modelWith, quantilesOf, stateWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

const TWO = [targetWith('a', { priority: 1 }), targetWith('b', { priority: 2 })];

interface World {
  readonly facts?: Partial<Facts>;
  readonly targets?: readonly TargetEntry[];
  readonly states?: Readonly<Record<string, TargetState>>;
}

function plan(routing: RoutingPolicy, { facts, targets = TWO, states = {} }: World = {}) {
  const table = routingTable({ revision: 1, models: [modelWith(targets, { routing })], providers: [] });
  return planRoute(decidedFacts(facts), table, liveWith(states));
}

describe('the execution of a plan', () => {
  it('is as usual where nobody says anything', () => {
    expect(plan({})).not.toHaveProperty('execution');
  });

  it('follows the policy', () => {
    const failures = { rate_limit: { goOn: false } };
    const policy: RoutingPolicy = { failures, onCut: 'rescue', cache: { seconds: 60, priceShare: 0 } };
    expect(plan(policy).execution).toEqual({ failures, onCut: 'rescue', cacheSeconds: 60 });
  });

  it('keeps no answers to copies', () => {
    const shadowOf = 'req_00000000000000000000000000000002';
    expect(plan({ cache: { seconds: 60, priceShare: 0 } }, { facts: { shadowOf } }).execution).toBeUndefined();
  });
});

describe('hedging', () => {
  const hedge = { percentile: 95 as const, leastMilliseconds: 200, mostMilliseconds: 800 };
  const first = (milliseconds: number) => ({
    states: { a: stateWith({ firstTokenMilliseconds: quantilesOf(milliseconds) }) },
  });

  it.each([
    ['the percentile of the first target', 500.4, 500],
    ['the least', 100, 200],
    ['the most', 5_000, 800],
  ])('begins after %s', (_what, measured, expected) => {
    expect(plan({ hedge }, first(measured)).execution).toEqual({ hedgeAfterMilliseconds: expected });
  });

  it('begins after the most where nothing is measured', () => {
    expect(plan({ hedge }).execution).toEqual({ hedgeAfterMilliseconds: 800 });
  });

  it.each<[string, World]>([
    ['there is no second target', { targets: TWO.slice(0, 1) }],
    ['nobody waits', { facts: { lane: 'durable' } }],
  ])('does not begin where %s', (_what, world) => {
    expect(plan({ hedge }, world)).not.toHaveProperty('execution');
  });
});

describe('wished retries', () => {
  const retry = (attempts: number) => ({ attempts, backoffMilliseconds: 500, mostWaitMilliseconds: 10_000 });
  const failuresOf = (routing: RoutingPolicy, retries: NonNullable<Facts['wishes']>['retries']) =>
    plan(routing, { facts: { wishes: { retries } } }).execution?.failures;

  it('are for the classes that the statuses mean', () => {
    expect(failuresOf({}, { attempts: 3, statuses: [429, 529, 418] })).toEqual({
      rate_limit: { retry: retry(3) },
      overloaded: { retry: retry(3) },
    });
    expect(Object.keys(failuresOf({}, { attempts: 1 }) ?? {})).toEqual(['rate_limit', 'server_error', 'overloaded']);
    expect(failuresOf({}, { attempts: 1, statuses: [418] })).toBeUndefined();
  });

  it('stay within those of the policy and keep the rest of its rule', () => {
    const own = { retry: { attempts: 1, backoffMilliseconds: 7, mostWaitMilliseconds: 8 }, goOn: false };
    const routing = { failures: { rate_limit: own, connection: own } };
    expect(failuresOf(routing, { attempts: 5, statuses: [429] })).toEqual({ rate_limit: own, connection: own });
    expect(failuresOf(routing, { attempts: 0, statuses: [429] })).toEqual({
      rate_limit: { ...own, retry: { ...own.retry, attempts: 0 } },
      connection: own,
    });
  });
});

describe('time limits', () => {
  it.each<[string, RoutingPolicy, Partial<Facts>, number[], number | undefined]>([
    ['the deadline of the policy', { deadlineMilliseconds: 700 }, {}, [700, 2_000, 700], 1_000_700],
    ['the deadline of the request', {}, { deadline: 1_000_500 }, [1_000, 2_000, 3_000], 1_000_500],
    ['the earlier of both', { deadlineMilliseconds: 2_500 }, { deadline: 1_000_500 }, [1_000, 2_000, 2_500], 1_000_500],
    ['the job of a batch alone', { deadlineMilliseconds: 700 }, { lane: 'durable' }, [1_000, 2_000, 3_000], undefined],
  ])('are lowered by %s', (_what, policy, facts, [firstByte, idle, total], deadline) => {
    const { targets, execution } = plan(policy, { facts });
    expect(targets[1]?.timeouts).toEqual({
      firstByteMilliseconds: firstByte,
      idleMilliseconds: idle,
      totalMilliseconds: total,
    });
    expect(execution?.deadline).toBe(deadline);
  });

  it('lower that of plain answers too', () => {
    const timeouts = { ...modelWith([]).timeouts, plainMilliseconds: 2_900 };
    const routing = { deadlineMilliseconds: 700 };
    const table = routingTable({ revision: 1, models: [modelWith(TWO, { timeouts, routing })], providers: [] });
    expect(planRoute(decidedFacts(), table).targets[0]?.timeouts).toEqual({
      firstByteMilliseconds: 700,
      plainMilliseconds: 700,
      idleMilliseconds: 2_000,
      totalMilliseconds: 700,
    });
  });

  it('have one of their own for an attempt, where the caller wishes for that: others may still answer', () => {
    const { targets } = plan({}, { facts: { wishes: { attemptTimeoutMilliseconds: 900 } } });
    expect(targets[0]?.timeouts).toMatchObject({ attemptMilliseconds: 900, totalMilliseconds: 3_000 });
  });
});
