import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  hasFailedForGood,
  LONGEST_SILENCE_MILLISECONDS,
  streakWith,
  type FailingStreak,
} from './failing-streak.policy.js';

const HOUR = 3_600_000;
const DAYS = 5 * 24 * HOUR;

/** Whether the last of failures at these hours, with no success between them, disables the endpoint. */
function isDisabledBy(hours: readonly number[]): boolean {
  let streak: FailingStreak | undefined;
  for (const hour of hours) streak = streakWith(new Date(hour * HOUR), streak);
  return streak !== undefined && hasFailedForGood(streak, DAYS);
}

describe('failures of an endpoint', () => {
  it('of one delivery, and of another long after it, are not days of failure', () => {
    expect(isDisabledBy([0, 1, 10, 30, 50, 70])).toBe(false);
    expect(isDisabledBy([0, 1, 10, 30, 50, 70, 200])).toBe(false);
  });

  it('that come again and again for days are', () => {
    expect(isDisabledBy([0, 24, 48, 72, 96, 119])).toBe(false);
    expect(isDisabledBy([0, 24, 48, 72, 96, 120])).toBe(true);
  });

  it('disable it exactly where, for all those days, none was long after the one before', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 72 }), { maxLength: 30 });
    fc.assert(
      fc.property(gaps, (between) => {
        const hours = between.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? 0) + gap], [0]);
        const last = hours.at(-1) ?? 0;
        const needed = hours.filter((_, index) => last - (hours[index + 1] ?? last) < DAYS / HOUR);
        const isLong = last - (needed[0] ?? last) >= DAYS / HOUR;
        const isDense = needed.every(
          (hour, index) => index === 0 || (hour - (needed[index - 1] ?? 0)) * HOUR <= LONGEST_SILENCE_MILLISECONDS,
        );
        expect(isDisabledBy(hours)).toBe(isLong && isDense);
      }),
    );
  });
});
