import { describe, expect, it } from '@jest/globals';
import { fittingPage } from './largest-page.js';

const item = (bytes: number): string => 'x'.repeat(bytes - 2);

describe('a page that fits into a message', () => {
  it('has all items where there is room', () => {
    expect(fittingPage([])).toEqual([]);
    expect(fittingPage([item(400_000), item(300_000)])).toHaveLength(2);
  });

  it('ends before the item for which there is none, unless that is the first', () => {
    expect(fittingPage([item(400_000), item(300_001), item(10)])).toHaveLength(1);
    expect(fittingPage([item(900_000), item(10)])).toHaveLength(1);
  });
});
