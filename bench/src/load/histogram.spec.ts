import { describe, expect, it } from '@jest/globals';
import { Histogram } from './histogram.js';

function histogramOf(values: Iterable<number>): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('Histogram', () => {
  it('has no percentile before the first value', () => {
    expect(new Histogram().percentile(0.5)).toBeNaN();
  });

  it('is exact for small values', () => {
    const histogram = histogramOf(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(histogram.percentile(0.5)).toBe(50);
    expect(histogram.percentile(0.99)).toBe(99);
    expect(histogram.percentile(1)).toBe(100);
    expect(histogram.count).toBe(100);
  });

  it.each([255, 256, 257, 511, 512, 1_000, 65_535, 65_536, 1_234_567, 60_000_000])(
    'keeps a lone %d to within 0.8 percent, also among larger ones',
    (value) => {
      const percentile = histogramOf([value, 4_000_000_000]).percentile(0.5);
      expect(percentile).toBeGreaterThanOrEqual(value);
      expect(percentile).toBeLessThanOrEqual(value * 1.008);
    },
  );

  it('never tells more than the largest value', () => {
    expect(histogramOf([1_001]).percentile(0.99)).toBe(1_001);
  });

  it('agrees with sorting on values of all sizes', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => Math.round(1.0015 ** index * 10));
    const histogram = histogramOf(values.toReversed());
    for (const share of [0.01, 0.25, 0.5, 0.9, 0.99, 0.999]) {
      const exact = values[Math.ceil(share * values.length) - 1] ?? Number.NaN;
      expect(Math.abs(histogram.percentile(share) / exact - 1)).toBeLessThan(0.008);
    }
  });

  it('takes a value below zero, from a clock that was set, for zero', () => {
    expect(histogramOf([-5]).percentile(0.5)).toBe(0);
  });
});
