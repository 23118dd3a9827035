import { describe, expect, it } from '@jest/globals';
import { limitsOf } from './time-left.policy.js';

describe('limitsOf', () => {
  const timeouts = { firstByteMilliseconds: 20, idleMilliseconds: 30, totalMilliseconds: 600 };

  it('gives a plain answer its own time to the first byte, since it comes when all of it is made', () => {
    const limits = { ...timeouts, plainMilliseconds: 120 };
    expect(limitsOf(limits, { stream: false })).toEqual({ ...timeouts, firstByteMilliseconds: 120 });
    expect(limitsOf(limits, { stream: true })).toEqual(timeouts);
  });

  it('gives it that of a stream where it has none', () => {
    expect(limitsOf(timeouts, { stream: false })).toEqual(timeouts);
  });
});
