import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { WebhookLimits } from '../webhook-limits.js';
import { verdictOf } from './answer-verdict.policy.js';
import { parseRetryAfter } from './retry-after.policy.js';
import { nextWaitOf } from './retry-schedule.policy.js';

const HOUR = 3_600_000;
const now = new Date('2026-01-01T00:00:00Z');
const answer = (status: number, retryAfter?: string) => verdictOf({ status, retryAfter, excerpt: '' }, now);

describe('the schedule of a delivery', () => {
  const { retryScheduleMilliseconds: scheduleMilliseconds, retryJitter: jitter } = new WebhookLimits();

  it('ends within 72 hours, whatever chance says', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 }), (chances) => {
        const waits = chances.map((chance, index) =>
          nextWaitOf({ tries: index + 1, scheduleMilliseconds, jitter, chance, retryAfterMilliseconds: undefined }),
        );
        const total = waits.reduce<number>((sum, wait = Number.NaN) => sum + wait, 0);
        return total <= 72 * HOUR && total >= 60 * HOUR;
      }),
    );
  });

  it('is over after its last wait, and waits longer where the receiver asks for it', () => {
    const after = (tries: number, retryAfterMilliseconds?: number) =>
      nextWaitOf({ tries, scheduleMilliseconds, jitter, chance: 0, retryAfterMilliseconds });

    expect(after(1)).toBe(5_000);
    expect(after(1, 60_000)).toBe(60_000);
    expect(after(2, 60_000)).toBe(300_000);
    expect(after(10, 60_000)).toBeUndefined();
  });
});

describe('an answer', () => {
  it.each([200, 201, 204, 299])('of %d is a delivery', (status) => {
    expect(answer(status)).toMatchObject({ isDelivered: true, error: null });
  });

  it.each([199, 301, 302, 307, 308, 400, 404, 500])('of %d is a failure', (status) => {
    expect(answer(status)).toMatchObject({
      isDelivered: false,
      isGone: false,
      error: expect.stringContaining(`${status}`),
    });
  });

  it('of 410 is the last', () => {
    expect(answer(410)).toMatchObject({ isDelivered: false, isGone: true });
  });

  it.each([
    [429, undefined, 0],
    [429, '120', 120_000],
    [502, undefined, 0],
    [504, 'Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    [503, '5', 5_000],
    [503, undefined, undefined],
    [500, '5', undefined],
    [429, 'soon', 0],
  ])('of %d with Retry-After %s asks to be left alone for %s ms', (status, retryAfter, wait) => {
    expect(answer(status, retryAfter).throttleMilliseconds).toBe(wait);
  });

  it('reads no nonsense as a wait', () => {
    expect(['', '-1', '1.5', '1e9', '99999999999', 'soon'].map((text) => parseRetryAfter(text, now))).toEqual(
      Array(6).fill(undefined),
    );
  });
});
