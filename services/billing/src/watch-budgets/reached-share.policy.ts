const MILLIONTHS = 1_000_000;

/** The highest of these shares of a budget that is spent and was not told of before; undefined where there is none. */
export function reachedShare(
  alertAt: readonly number[],
  { posted, most, alertedMillionths }: { posted: bigint; most: bigint; alertedMillionths: number },
): number | undefined {
  const reached = alertAt.filter((share) => {
    const millionths = Math.round(share * MILLIONTHS);
    return millionths > alertedMillionths && posted * BigInt(MILLIONTHS) >= most * BigInt(millionths) && posted > 0n;
  });
  return reached.length === 0 ? undefined : Math.max(...reached);
}

/** A share as it is kept. */
export function millionthsOf(share: number): number {
  return Math.round(share * MILLIONTHS);
}
