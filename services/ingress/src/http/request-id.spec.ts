import { describe, expect, it } from '@jest/globals';
import { newRequestId, requestIdTime } from './request-id.js';

describe('request ids', () => {
  it('are safe in a NATS subject and tell when they were made', () => {
    const before = Date.now();
    const id = newRequestId();
    expect(id).toMatch(/^req_[0-9a-f]{32}$/);
    const time = requestIdTime(id);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('sort by time and never repeat', () => {
    const ids = Array.from({ length: 1_000 }, newRequestId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('tell no time for other text', () => {
    expect(requestIdTime('req_batch_1')).toBeUndefined();
  });
});
