import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, property } from 'fast-check';
import { MOST_LOOKED_AT, windowOf } from './log-window.policy.js';

describe('the stretches of a log that a search looks at', () => {
  it('are bounded, and together are what was asked for, each entry once', () => {
    const size = integer({ min: 0, max: 4 * MOST_LOOKED_AT });
    assert(
      property(size, size, constantFrom('asc', 'desc'), (from, length, order) => {
        const bounds = { from, end: from + length };
        const windows = [windowOf(bounds, { after: undefined, order })];
        while (!windows.at(-1)!.isLast) windows.push(windowOf(bounds, { after: windows.at(-1)!.next, order }));
        const inOrder = order === 'asc' ? windows : windows.toReversed();
        expect(inOrder[0]?.first).toBe(bounds.from);
        expect(inOrder.at(-1)?.stop).toBe(bounds.end);
        for (const [index, { first, stop }] of inOrder.entries()) {
          expect(stop - first).toBeLessThanOrEqual(MOST_LOOKED_AT);
          if (index > 0) expect(first).toBe(inOrder[index - 1]?.stop);
        }
      }),
    );
  });

  it('are empty where a log has not grown since', () => {
    expect(windowOf({ from: 0, end: 7 }, { after: 6, order: 'asc' })).toEqual({
      first: 7,
      stop: 7,
      next: 6,
      isLast: true,
    });
  });
});
