import { describe, expect, it } from '@jest/globals';
import { time } from './trail-fields.js';

describe('a time that is asked for', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['9999-12-31T23:59:59.999Z', Date.UTC(10_000, 0) - 1],
  ])('may be %s', (text, milliseconds) => {
    expect(time.parse(text)).toBe(milliseconds);
  });

  it.each(['now', '', '2026-13-01', '-271821-04-20T00:00:00Z', '1969-12-31T23:59:59Z', '+275760-09-13T00:00:00Z'])(
    'is refused where it is %p',
    (text) => {
      expect(time.safeParse(text).success).toBe(false);
    },
  );
});
