import { describe, expect, it } from '@jest/globals';
import { isCheckpointDue } from './due.policy.js';

const minute = 60_000;
const now = 1_764_000_000_000;

describe('a checkpoint', () => {
  it.each([
    ['never for a log without entries', { size: 0, signedSize: undefined, signedAt: undefined }, false],
    ['at once for a new log', { size: 1, signedSize: undefined, signedAt: undefined }, true],
    ['within a minute of new entries', { size: 9, signedSize: 8, signedAt: now - minute + 10_000 }, true],
    ['no sooner', { size: 9, signedSize: 8, signedAt: now - minute / 2 }, false],
    ['within an hour without any', { size: 9, signedSize: 9, signedAt: now - 59 * minute }, true],
    ['no sooner than that either', { size: 9, signedSize: 9, signedAt: now - 30 * minute }, false],
  ])('is due %s', (_, state, isDue) => {
    expect(isCheckpointDue(state, now)).toBe(isDue);
  });
});
