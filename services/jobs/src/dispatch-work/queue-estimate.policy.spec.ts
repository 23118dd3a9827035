import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { estimateQueue, estimateTurn } from './queue-estimate.policy.js';
import type { Priority, QueuedWork } from './work-source.js';

const work = (id: string, waiting: number, changes: Partial<QueuedWork> = {}): QueuedWork => ({
  id,
  organization: 'o',
  project: id,
  priority: 'normal',
  deadline: new Date(1_000),
  model: 'm',
  waiting,
  underWay: 0,
  ...changes,
});

describe('the estimate of a queue', () => {
  it('lets a small batch of another project pass a large one', () => {
    const estimates = estimateQueue([work('large', 1_000), work('small', 10)], 100);
    expect(estimates.get('small')).toEqual({ position: 1, secondsLeft: expect.closeTo(0.2) });
    expect(estimates.get('large')).toEqual({ position: 2, secondsLeft: expect.closeTo(10.1) });
  });

  it('puts work of one project behind each other by deadline', () => {
    const later = work('later', 100, { project: 'p', deadline: new Date(2_000) });
    const estimates = estimateQueue([later, work('sooner', 100, { project: 'p' })], 10);
    expect(estimates.get('sooner')).toEqual({ position: 1, secondsLeft: expect.closeTo(10) });
    expect(estimates.get('later')).toEqual({ position: 2, secondsLeft: expect.closeTo(20) });
  });

  it('knows positions, but no times, of a queue whose speed is not known', () => {
    expect(estimateQueue([work('a', 1)], 0).get('a')).toEqual({ position: 1, secondsLeft: undefined });
  });

  it('gives a request its turn behind the earlier ones of its work, and its share beside others', () => {
    const works = [work('jobs', 50, { priority: 'high', underWay: 3 }), work('others', 500, { priority: 'high' })];
    expect(estimateTurn(works, { id: 'jobs', before: 0 }, 10)).toEqual({ requestsBefore: 0, secondsLeft: 0 });
    expect(estimateTurn(works, { id: 'jobs', before: 20 }, 10)).toEqual({
      requestsBefore: 40,
      secondsLeft: expect.closeTo(4),
    });
    const [mine, others] = [{ ...work('jobs', 50), share: 4 }, work('others', 500)];
    expect(estimateTurn([mine, others], { id: 'jobs', before: 20 }, 0)).toEqual({
      requestsBefore: 25,
      secondsLeft: undefined,
    });
    expect(estimateTurn([], { id: 'gone', before: 7 }, 1)).toEqual({ requestsBefore: 7, secondsLeft: 7 });
  });

  it('ends all of the work, the last when as much has ended as there was, in whatever number', () => {
    const works = fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-z]{4}$/),
        project: fc.constantFrom('a', 'b', 'c'),
        priority: fc.constantFrom<Priority>('high', 'normal', 'low'),
        waiting: fc.integer({ min: 0, max: 500 }),
        underWay: fc.integer({ min: 0, max: 50 }),
      }),
      { minLength: 1, maxLength: 12, selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(works, (list) => {
        const all = list.map((one) => work(one.id, one.waiting, one));
        const estimates = [...estimateQueue(all, 1).values()];
        const total = all.reduce((sum, one) => sum + one.waiting + one.underWay, 0);
        expect(estimates.map(({ position }) => position).toSorted((a, b) => a - b)).toEqual(
          all.map((_, index) => index + 1),
        );
        expect(Math.max(...estimates.map(({ secondsLeft }) => secondsLeft ?? 0))).toBeCloseTo(total, 1);
      }),
      { numRuns: 60 },
    );
    const many = Array.from({ length: 500 }, (_, index) => work(`w${index}`, index));
    expect(estimateQueue(many, 1).get('w499')).toEqual({ position: 500, secondsLeft: (499 * 500) / 2 });
  });
});
