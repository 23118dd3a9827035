/** What is compared, from the left; lower is tried earlier. One value of each for each candidate. */
export interface SortKeys {
  /** Of what goes before the strategy; absent where nothing does. */
  readonly places: Float64Array | undefined;
  /** The index of the one that comes before all others. */
  readonly first: number | undefined;
  readonly keys: Float64Array;
  readonly draws: Float64Array;
}

/**
 * The indexes of so many candidates that come first, in order; equals as they stand. A plan has room for few of many candidates,
 * and to keep the foremost few sorted on one way through takes a fraction of the time of sorting all.
 */
export function foremost(by: SortKeys, most: number): number[] {
  const chosen: number[] = [];
  if (most <= 0) return chosen;
  for (let index = 0; index < by.keys.length; index++) {
    let at = chosen.length;
    if (at >= most) {
      if (!isBefore(index, chosen[at - 1] ?? 0, by)) continue;
      at--;
    }
    for (; at > 0; at--) {
      const previous = chosen[at - 1] ?? 0;
      if (!isBefore(index, previous, by)) break;
      chosen[at] = previous;
    }
    chosen[at] = index;
  }
  return chosen;
}

/** Not by subtraction: the difference of equal infinities is no number. */
function isBefore(one: number, other: number, { places, first, keys, draws }: SortKeys): boolean {
  if (one === first || other === first) return one === first;
  if (places !== undefined) {
    const place = places[one] ?? 0;
    const otherPlace = places[other] ?? 0;
    if (place !== otherPlace) return place < otherPlace;
  }
  const key = keys[one] ?? 0;
  const otherKey = keys[other] ?? 0;
  return key === otherKey ? (draws[one] ?? 0) < (draws[other] ?? 0) : key < otherKey;
}
