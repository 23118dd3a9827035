const STEPS = 100;

/** 101 values: the lowest of `scores`, that below which one per cent lies, and so on to the highest. */
export function percentilesOf(scores: Float64Array): Float32Array {
  const sorted = scores.toSorted();
  return Float32Array.from({ length: STEPS + 1 }, (_, step) => {
    return sorted[Math.round((step / STEPS) * (sorted.length - 1))] ?? 0;
  });
}

/** Which share of the scores behind `percentiles` a score exceeds, 0 to 1, straight lines between the percentiles. */
export function shareBelow(percentiles: Float32Array, score: number): number {
  if (!(score > percentiles[0]!)) return 0;
  if (score >= percentiles[STEPS]!) return 1;
  let low = 0;
  let high = STEPS;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (percentiles[middle]! <= score) low = middle;
    else high = middle;
  }
  const width = percentiles[high]! - percentiles[low]!;
  return (low + (width > 0 ? (score - percentiles[low]!) / width : 0)) / STEPS;
}
