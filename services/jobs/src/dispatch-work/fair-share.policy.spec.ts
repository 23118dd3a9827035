import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fluidShares, shareOut, shareTurn, type Credits, type Demand } from './fair-share.policy.js';
import type { Priority, QueuedWork } from './work-source.js';

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const demand = (key: string, waiting: number, weight = 1): Demand => ({ key, waiting, weight });

function work(id: string, overrides: Partial<QueuedWork> = {}): QueuedWork {
  return {
    id,
    organization: 'o',
    project: id,
    priority: 'normal',
    deadline: new Date(1_000_000),
    model: 'm',
    waiting: 1_000,
    underWay: 0,
    ...overrides,
  };
}

const turn = (works: readonly QueuedWork[], room: number, credits: Credits = new Map(), pressing: string[] = []) =>
  Object.fromEntries(
    shareTurn(works, room, { credits, isPressing: ({ id }) => pressing.includes(id) }).map((share) => [
      share.work.id,
      share.count,
    ]),
  );

const demands = fc
  .uniqueArray(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      waiting: fc.integer({ min: 0, max: 200 }),
      weight: fc.integer({ min: 1, max: 20 }),
    }),
    { selector: ({ key }) => key },
  )
  .filter((list) => list.length > 0);

describe('fair shares', () => {
  it('fill up those who want little, and split the rest by weight', () => {
    expect(fluidShares([demand('a', 2), demand('b', 100), demand('c', 100, 3)], 30)).toEqual(
      new Map([
        ['a', 2],
        ['b', 7],
        ['c', 21],
      ]),
    );
  });

  it('give a project with a larger share as much more', () => {
    const one = { ...work('a', { project: 'one' }), waiting: 100, share: 3 };
    const other = { ...work('b', { project: 'other' }), waiting: 100 };
    expect(turn([one, other], 40)).toEqual({ a: 30, b: 10 });
  });

  it('leave nothing unused while somebody waits, and give nobody more than waits', () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 0, max: 500 }), (list, room) => {
        const shares = shareOut(list, room, new Map());
        expect(sum(shares.values())).toBe(Math.min(room, sum(list.map(({ waiting }) => waiting))));
        for (const { key, waiting } of list) {
          expect(shares.get(key) ?? 0).toBeLessThanOrEqual(waiting);
          expect(shares.get(key) ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('come to the weights over many turns, however small each turn is, and starve nobody', () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 1, max: 7 }), (list, room) => {
        const busy = list.map((one) => ({ ...one, waiting: 1_000_000 }));
        const weights = sum(busy.map(({ weight }) => weight));
        const credits: Credits = new Map();
        const got = new Map<string, number>();
        const turns = 400;
        for (let count = 0; count < turns; count += 1) {
          for (const [key, share] of shareOut(busy, room, credits)) got.set(key, (got.get(key) ?? 0) + share);
        }
        for (const { key, weight } of busy) {
          expect(Math.abs((got.get(key) ?? 0) - (turns * room * weight) / weights)).toBeLessThanOrEqual(
            busy.length + 1,
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('one turn', () => {
  it('splits a queue among projects, not among batches', () => {
    const works = [work('a1', { project: 'a' }), work('a2', { project: 'a' }), work('b')];
    expect(turn(works, 100)).toEqual({ a1: 50, b: 50 });
  });

  it('takes the nearest deadline of a project first', () => {
    const near = work('near', { project: 'p', deadline: new Date(5), waiting: 30 });
    expect(turn([work('far', { project: 'p' }), near], 100)).toEqual({ near: 30, far: 70 });
  });

  it('gives a small batch all of it beside a large one of another project', () => {
    expect(turn([work('large', { waiting: 50_000 }), work('small', { waiting: 10 })], 200)).toEqual({
      large: 190,
      small: 10,
    });
  });

  it('prefers a higher class, and still leaves something for a lower one', () => {
    const shares = turn([work('high', { priority: 'high' }), work('low', { priority: 'low' })], 1_000);
    expect(shares['high']).toBeGreaterThan(950);
    expect(shares['low']).toBeGreaterThan(0);
  });

  it('counts work that is about to be late one class higher', () => {
    const works = [work('normal'), work('late', { priority: 'low' })];
    expect(turn(works, 100, new Map(), ['late'])).toEqual({ normal: 50, late: 50 });
  });

  it('is work conserving, and in the long run starves no class and no project', () => {
    const many = fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-z]{3}$/),
        project: fc.constantFrom('a', 'b', 'c'),
        priority: fc.constantFrom<Priority>('high', 'normal', 'low'),
        deadline: fc.integer({ min: 0, max: 9 }).map((time) => new Date(time)),
        waiting: fc.integer({ min: 1, max: 40 }),
      }),
      { minLength: 1, maxLength: 12, selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(many, fc.integer({ min: 1, max: 60 }), (list, room) => {
        const credits: Credits = new Map();
        let works = list.map((one) => work(one.id, one));
        for (let turns = 0; works.length > 0; turns += 1) {
          expect(turns).toBeLessThan(600);
          const waiting = sum(works.map((one) => one.waiting));
          const shares = turn(works, room, credits);
          expect(sum(Object.values(shares))).toBe(Math.min(room, waiting));
          works = works
            .map((one) => ({ ...one, waiting: one.waiting - (shares[one.id] ?? 0) }))
            .filter((one) => one.waiting > 0);
        }
      }),
    );
  });

  it('lets the patient class go on beside an endless stream of others', () => {
    const credits: Credits = new Map();
    let low = 0;
    for (let count = 0; count < 1_000; count += 1) {
      low += turn([work('high', { priority: 'high' }), work('low', { priority: 'low' })], 2, credits)['low'] ?? 0;
    }
    expect(low).toBeGreaterThanOrEqual(4);
  });
});
