/**
 * The share of requests that try a target first of which nothing has been measured, while there are others that have been:
 * without it a new target, or one that has not been called for minutes, would never be measured again.
 */
export const EXPLORED_SHARE = 0.05;

/**
 * Puts the one that has not been measured and comes first among those that have not before all others, unless nothing has been
 * measured.
 */
export function explored(
  { keys, draws }: { readonly keys: Float64Array; readonly draws: Float64Array },
  isMeasured: (index: number) => boolean,
): void {
  let first = -1;
  let isSomeMeasured = false;
  for (const [index, key] of keys.entries()) {
    if (isMeasured(index)) isSomeMeasured = true;
    else if (
      first < 0 ||
      key < (keys[first] ?? 0) ||
      (key === keys[first] && (draws[index] ?? 0) < (draws[first] ?? 0))
    )
      first = index;
  }
  if (isSomeMeasured && first >= 0) keys[first] = -Infinity;
}
