import { describe, expect, it } from '@jest/globals';
import { readFields } from '../http/read-json.js';
import { replayFields } from './webhook-fields.js';

describe('the time that deliveries are sent again from', () => {
  it.each([
    ['Unix seconds', 1_767_225_600],
    ['a time with its zone', '2026-01-01T00:00:00Z'],
  ])('is %s', (_what, since) => {
    expect(readFields({ since }, replayFields)).toEqual({ since: 1_767_225_600 });
  });

  it.each(['yesterday', '2026-01-01', {}])('is nothing else, and says what it may be: %j', (since) => {
    expect(() => readFields({ since }, replayFields)).toThrow(
      "Invalid value for 'since': it must be a time with its zone, such as 2026-01-31T12:00:00Z, or Unix seconds.",
    );
  });
});
