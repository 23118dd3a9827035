import { describe, expect, it } from '@jest/globals';
import { assert, integer, option, property } from 'fast-check';
import { daysAndHours } from './days-and-hours.policy.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the days and hours of a report', () => {
  it('are each hour of it once, whole days where they are summed up', () => {
    const moment = option(integer({ min: 0, max: 10 * DAY }), { nil: undefined });
    const midnight = option(integer({ min: 0, max: 10 }), { nil: undefined });
    assert(
      property(moment, moment, midnight, (from, to, day) => {
        const before = day === undefined ? undefined : day * DAY;
        const { days, hours } = daysAndHours({ from, to }, before);
        if (days) expect([(days.from ?? 0) % DAY, days.to! % DAY, days.to! <= before!]).toEqual([0, 0, true]);
        const isIn = (hour: number, span: { from: number | undefined; to: number | undefined } | undefined) =>
          span !== undefined &&
          (span.from === undefined || hour >= Math.floor(span.from / HOUR) * HOUR) &&
          (span.to === undefined || hour < span.to);
        for (let hour = -DAY; hour < 12 * DAY; hour += HOUR) {
          const times = [days, ...hours].filter((span) => isIn(hour, span)).length;
          expect(times).toBe(isIn(hour, { from, to }) ? 1 : 0);
        }
      }),
    );
  });

  it('leave no hours but those at the ends', () => {
    expect(daysAndHours({ from: 5 * HOUR, to: 9 * DAY + HOUR }, 8 * DAY)).toEqual({
      days: { from: DAY, to: 8 * DAY },
      hours: [
        { from: 5 * HOUR, to: DAY },
        { from: 8 * DAY, to: 9 * DAY + HOUR },
      ],
    });
    expect(daysAndHours({ from: DAY, to: 3 * DAY }, 8 * DAY)).toEqual({ days: { from: DAY, to: 3 * DAY }, hours: [] });
  });
});
