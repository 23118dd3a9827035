import { describe, expect, it } from '@jest/globals';
import { QuietWatch } from './quiet-watch.js';

const at = (seconds: number) => new Date(seconds * 1_000);

describe('QuietWatch', () => {
  it('believes in quiet after two quiet looks in a row, and counts it from the first', () => {
    const watch = new QuietWatch();
    watch.observe(true, at(1));
    expect(watch.quietSince).toBeUndefined();
    watch.observe(true, at(2));
    watch.observe(true, at(3));
    expect(watch.quietSince).toEqual(at(1));
  });

  it('starts again after anything moved', () => {
    const watch = new QuietWatch();
    watch.observe(true, at(1));
    watch.observe(false, at(2));
    watch.observe(true, at(3));
    expect(watch.quietSince).toBeUndefined();
    watch.observe(true, at(4));
    expect(watch.quietSince).toEqual(at(3));
    watch.reset();
    expect(watch.quietSince).toBeUndefined();
  });
});
