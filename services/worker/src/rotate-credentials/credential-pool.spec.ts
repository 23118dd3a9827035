import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, array, property, tuple } from 'fast-check';
import { CredentialPool } from './credential-pool.js';

const M = 'model';

function poolAt(size: number): { pool: CredentialPool; clock: { milliseconds: number } } {
  const clock = { milliseconds: 0 };
  return { pool: new CredentialPool(size, () => clock.milliseconds), clock };
}

describe('CredentialPool', () => {
  it('gives healthy credentials in turn', () => {
    const { pool } = poolAt(3);

    expect([pool.take(M), pool.take(M), pool.take(M), pool.take(M)]).toEqual([0, 1, 2, 0]);
  });

  it('passes over one that rests until its time is over', () => {
    const { pool, clock } = poolAt(2);
    pool.rest(0, 1_000);

    expect([pool.take(M), pool.take(M)]).toEqual([1, 1]);
    clock.milliseconds = 1_000;
    expect([pool.take(M), pool.take(M)]).toEqual([0, 1]);
  });

  it('gives the one that has rested longest when none is healthy', () => {
    const { pool, clock } = poolAt(3);
    for (const place of [2, 0, 1]) {
      clock.milliseconds += 10;
      pool.rest(place, 60_000);
    }

    expect(pool.take(M)).toBe(2);
    expect(pool.takeHealthy(M, new Set())).toBeUndefined();
  });

  it('gives one that woke before its time', () => {
    const { pool } = poolAt(2);
    pool.rest(0, 60_000);
    pool.wake(0, M);

    expect([pool.take(M), pool.take(M)]).toEqual([0, 1]);
  });

  it('passes over one that rests for a model, for that model only', () => {
    const { pool } = poolAt(2);
    pool.rest(0, 60_000, M);

    expect([pool.take(M), pool.take(M)]).toEqual([1, 1]);
    expect([pool.take('other'), pool.take('other')]).toEqual([0, 1]);
    pool.wake(0, M);
    expect(pool.take(M)).toBe(0);
  });

  it('never gives one twice to the same call', () => {
    const { pool } = poolAt(3);
    const tried = new Set([pool.take(M)]);

    expect(pool.takeHealthy(M, tried)).toBe(1);
    expect(pool.takeHealthy(M, new Set([0, 1, 2]))).toBeUndefined();
  });

  it('always gives a healthy credential while there is one, whatever rested before', () => {
    const step = tuple(constantFrom('rest', 'wake', 'pass'), integer({ min: 0, max: 3 }), integer({ min: 0, max: 50 }));
    assert(
      property(array(step, { maxLength: 30 }), (steps) => {
        const { pool, clock } = poolAt(4);
        const until = [0, 0, 0, 0];
        for (const [what, place, milliseconds] of steps) {
          if (what === 'pass') clock.milliseconds += milliseconds;
          else if (what === 'wake') pool.wake(place, M);
          else pool.rest(place, milliseconds);
          if (what !== 'pass') until[place] = what === 'wake' ? 0 : clock.milliseconds + milliseconds;
          const taken = pool.take(M);
          const healthy = until.filter((end) => end <= clock.milliseconds);
          expect(healthy.length === 0 || (until[taken] ?? 0) <= clock.milliseconds).toBe(true);
        }
      }),
    );
  });
});
