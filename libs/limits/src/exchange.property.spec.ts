import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, nat, property, record } from 'fast-check';
import type { LimitState } from '#libs/contracts';
import { exchange } from './exchange.policy.js';
import { MEASURES, slotOf } from './measure.policy.js';

const LIMIT = 40;
const LIFE = 2_000;
const { windowMilliseconds } = MEASURES.requestsPerMinute;

/** A process as far as one limit goes: what it holds of a lease and has not told of. */
interface Holder {
  readonly name: string;
  free: number;
  until: number;
  turn: number;
  told: Map<number, number>;
}

const step = record({
  holder: nat({ max: 2 }),
  does: constantFrom('use', 'use', 'use', 'turn', 'give back', 'crash'),
  amount: integer({ min: 1, max: 12 }),
  passes: constantFrom(0, 1, 40, 400, 1_500, 2_500, 20_000, 61_000),
});

/** Runs the steps against one stored state; returns when each request was let through. */
function run(steps: readonly { holder: number; does: string; amount: number; passes: number }[]): number[] {
  let now = 1_700_000_000_000;
  let state: LimitState | undefined;
  let born = 0;
  const fresh = (): Holder => ({ name: `p${(born += 1)}`, free: 0, until: 0, turn: 0, told: new Map() });
  const holders = [fresh(), fresh(), fresh()];
  const admitted: number[] = [];
  const turn = (index: number, least: number): void => {
    const holder = holders[index] as Holder;
    if (now >= holder.until) holder.free = 0;
    const uses = [...holder.told].map(([slot, amount]) => ({ slot, amount }));
    const result = exchange(state, {
      holder: holder.name,
      turn: (holder.turn += 1),
      limits: { requestsPerMinute: LIMIT },
      uses: { requestsPerMinute: uses },
      keeps: { requestsPerMinute: holder.free },
      least: { requestsPerMinute: least },
      want: { requestsPerMinute: least },
      at: now,
      lifeMilliseconds: LIFE,
    });
    state = result.state;
    holder.told.clear();
    holder.free += result.granted.requestsPerMinute ?? 0;
    holder.until = now + LIFE;
  };
  for (const { holder: index, does, amount, passes } of steps) {
    now += passes;
    const holder = holders[index] as Holder;
    if (does === 'crash') holders[index] = fresh();
    if (does === 'turn') turn(index, 0);
    if (does === 'give back') {
      holder.free = 0;
      turn(index, 0);
    }
    for (let count = does === 'use' ? 0 : amount; count < amount; count += 1) {
      if (now >= holder.until || holder.free === 0) turn(index, 1);
      if (holder.free === 0) break;
      holder.free -= 1;
      const slot = slotOf('requestsPerMinute', now);
      holder.told.set(slot, (holder.told.get(slot) ?? 0) + 1);
      admitted.push(now);
    }
  }
  return admitted;
}

describe('leases of a rate limit', () => {
  it('never let more through in any 60 seconds than the limit, whoever crashes', () => {
    assert(
      property(array(step, { minLength: 1, maxLength: 120 }), (steps) => {
        const admitted = run(steps);
        admitted.forEach((at, index) => {
          const within = admitted.slice(index).filter((later) => later < at + windowMilliseconds);
          expect(within.length).toBeLessThanOrEqual(LIMIT);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('let all of the limit through to one process, and as much again once it has left the window', () => {
    const use = { holder: 0, does: 'use', amount: LIMIT + 5, passes: 0 };
    expect(run([use])).toHaveLength(LIMIT);
    expect(run([use, { ...use, passes: windowMilliseconds + 501 }])).toHaveLength(2 * LIMIT);
  });

  it('are all that a process loses others by its crash, and not for longer than the window', () => {
    const use = (holder: number, amount: number, passes = 0) => ({ holder, does: 'use', amount, passes });
    const crash = { holder: 0, does: 'crash', amount: 1, passes: 0 };
    const after = run([use(0, 1), crash, use(1, LIMIT, LIFE + 1)]);
    expect(after.length).toBeGreaterThanOrEqual(LIMIT - Math.ceil(LIMIT / 16));
    expect(run([use(0, 1), crash, use(1, LIMIT, LIFE + windowMilliseconds + 1_000)])).toHaveLength(1 + LIMIT);
  });
});

describe('requests under way', () => {
  const CONCURRENCY = 6;

  /** One process has all of it under way when nobody can renew a lease for so long; then another one asks first. */
  function askAfter(outageMilliseconds: number) {
    const ask = { limits: { concurrency: CONCURRENCY }, turn: 1, uses: {}, lifeMilliseconds: LIFE };
    const at = 1_700_000_000_000;
    const all = { concurrency: CONCURRENCY };
    const before = exchange(undefined, { ...ask, holder: 'first', keeps: {}, least: all, want: all, at });
    const one = { concurrency: 1 };
    const later = { ...ask, keeps: {}, least: one, want: one, at: at + LIFE + outageMilliseconds };
    return exchange(before.state, { ...later, holder: 'second' });
  }

  it('are kept for their process while nobody can renew a lease', () => {
    assert(
      property(integer({ min: 0, max: 8_000 }), (outageMilliseconds) => {
        const { granted, shortages } = askAfter(outageMilliseconds);
        expect([granted, shortages.map(({ measure }) => measure)]).toEqual([{}, ['concurrency']]);
      }),
    );
  });

  it('of a process that died are free again ten seconds after it told of them', () => {
    expect(askAfter(8_001).granted).toEqual({ concurrency: 1 });
  });

  it('that a process tells of after an outage are counted, though others have taken their places', () => {
    const { state } = askAfter(8_001);
    const back = exchange(state, {
      holder: 'first',
      turn: 2,
      limits: { concurrency: CONCURRENCY },
      uses: {},
      keeps: { concurrency: CONCURRENCY },
      least: {},
      want: {},
      at: state.at + 1,
      lifeMilliseconds: LIFE,
    });
    expect(back.state.holders['first']?.leased).toEqual({ concurrency: CONCURRENCY });
    expect(back.free.concurrency).toBe(0);
  });
});
