const WHOLE_MILLIONTHS = 1_000_000n;

/**
 * A provider's price with what an organisation is charged beside it, in millionths of it (negative for a discount). Rounded half up
 * to a whole nano-USD; of a discount, towards the higher charge.
 */
export function withMarkup(costNanoUsd: bigint, millionths: number): bigint {
  if (millionths === 0) return costNanoUsd;
  const product = costNanoUsd * (WHOLE_MILLIONTHS + BigInt(millionths));
  return (product + WHOLE_MILLIONTHS / 2n) / WHOLE_MILLIONTHS;
}
