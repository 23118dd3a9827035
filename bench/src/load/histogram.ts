const SUB_BUCKET_BITS = 8;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
const HALF = SUB_BUCKETS >> 1;

/**
 * Counts of non-negative whole values (microseconds here) in buckets whose width grows with the value, as HdrHistogram
 * does: a percentile is off by less than 0.8 % of the value, whatever its size, in constant memory.
 */
export class Histogram {
  private readonly counts: number[] = [];
  private total = 0;
  private largest = 0;

  get count(): number {
    return this.total;
  }

  get max(): number {
    return this.largest;
  }

  record(value: number): void {
    const whole = Math.max(0, Math.round(value));
    const index = indexOf(whole);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.total += 1;
    if (whole > this.largest) this.largest = whole;
  }

  /** The smallest value that at least `share` (0 to 1) of all values do not exceed; NaN when there are none. */
  percentile(share: number): number {
    if (this.total === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(share * this.total));
    let seen = 0;
    for (const [index, count] of this.counts.entries()) {
      seen += count ?? 0;
      if (seen >= rank) return Math.min(upperEdgeOf(index), this.largest);
    }
    return this.largest;
  }
}

/** Values below 256 have a bucket each; above, each doubling is split into 128 buckets. */
function indexOf(value: number): number {
  if (value < SUB_BUCKETS) return value;
  const doublings = Math.floor(Math.log2(value)) - SUB_BUCKET_BITS + 1;
  return SUB_BUCKETS + (doublings - 1) * HALF + (Math.floor(value / 2 ** doublings) - HALF);
}

function upperEdgeOf(index: number): number {
  if (index < SUB_BUCKETS) return index;
  const doublings = Math.floor((index - SUB_BUCKETS) / HALF) + 1;
  const subBucket = ((index - SUB_BUCKETS) % HALF) + HALF;
  return (subBucket + 1) * 2 ** doublings - 1;
}
