/** How a budget stands in its period. In nano-USD; `most` is the limit with what was granted beside it. */
export interface PeriodAmounts {
  readonly most: bigint;
  readonly posted: bigint;
  readonly held: bigint;
}

/** Far from the limit a process gets this part of what is free at once. */
const PARTS = 16n;

/** What is neither spent nor set aside; below zero where a limit was lowered. */
function freeOf({ most, posted, held }: PeriodAmounts): bigint {
  return most - posted - held;
}

/**
 * How much of a budget a process gets: a good part of what is free while there is plenty, so that it need not ask again soon, and no
 * more than what the requests at hand need near the limit. Undefined where not even the least fits.
 */
export function leaseSize(amounts: PeriodAmounts, ask: { least: bigint; want: bigint }): bigint | undefined {
  const free = freeOf(amounts);
  if (free < ask.least) return undefined;
  const part = free / PARTS;
  const want = ask.want > ask.least ? ask.want : ask.least;
  if (part >= want) return part;
  return want < free ? want : free;
}

/** Whether something of this size may fit later, when what is set aside now has come down to what was spent. */
export function mayFitLater({ most, posted }: PeriodAmounts, least: bigint): boolean {
  return posted + least <= most;
}
