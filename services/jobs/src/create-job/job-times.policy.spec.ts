import { describe, expect, it } from '@jest/globals';
import { JobLimits } from '../job-limits.js';
import { jobTimes } from './job-times.policy.js';

const NOW = 1_000_000_000_000;
const HOUR = 3_600_000;
const limits = new JobLimits();
const times = (asked: Parameters<typeof jobTimes>[0]) => jobTimes(asked, NOW, limits);

describe('jobTimes', () => {
  it.each([
    [{}, null, NOW + 24 * HOUR],
    [{ deadline: NOW + HOUR }, null, NOW + HOUR],
    [{ deadline: NOW + 100 * HOUR }, null, NOW + 24 * HOUR],
    [{ runAt: NOW + 2 * HOUR }, new Date(NOW + 2 * HOUR), NOW + 26 * HOUR],
    [{ runAt: NOW - 60_000 }, new Date(NOW), NOW + 24 * HOUR],
    [{ runAt: NOW + 30 * 24 * HOUR }, new Date(NOW + 30 * 24 * HOUR), NOW + 31 * 24 * HOUR],
  ])('makes of %j a time to run and one to end', (asked, runAt, end) => {
    expect(times(asked)).toEqual({ runAt, expiresAt: new Date(end) });
  });

  it.each([
    [{ runAt: NOW + 30 * 24 * HOUR + 1 }, 'at most 30 days ahead'],
    [{ runAt: NOW - HOUR }, 'yet to come'],
    [{ runAt: NOW + 2 * HOUR, deadline: NOW + HOUR }, "before the request's own deadline"],
  ])('says what %j must be instead', (asked, mustBe) => {
    expect(times(asked)).toEqual({ mustBe });
  });
});
