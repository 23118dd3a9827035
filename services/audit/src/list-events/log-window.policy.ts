/** Entries that one answer of a search looks at: about half a second's work of a core, where each is 1 KB. */
export const MOST_LOOKED_AT = 50_000;

/** Where a log begins and ends for a reader: the first sequence of what is asked for, and the first behind it. */
export interface LogBounds {
  readonly from: number;
  readonly end: number;
}

/** A stretch of a log, `stop` exclusive, and where the next begins: the `after` of it, or whether there is none. */
export interface LogWindow {
  readonly first: number;
  readonly stop: number;
  readonly next: number;
  readonly isLast: boolean;
}

/** The stretch that comes behind `after`, in the order of reading. */
export function windowOf(
  { from, end }: LogBounds,
  { after, order }: { readonly after: number | undefined; readonly order: 'asc' | 'desc' },
): LogWindow {
  if (order === 'asc') {
    const first = Math.max(from, (after ?? -1) + 1);
    const stop = Math.max(first, Math.min(end, first + MOST_LOOKED_AT));
    return { first, stop, next: stop - 1, isLast: stop >= end };
  }
  const stop = Math.min(end, after ?? end);
  const first = Math.min(stop, Math.max(from, stop - MOST_LOOKED_AT));
  return { first, stop, next: first, isLast: first <= from };
}
