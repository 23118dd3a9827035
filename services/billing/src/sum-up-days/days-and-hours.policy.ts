const DAY_MILLISECONDS = 24 * 60 * 60_000;

/** A span of time in epoch milliseconds; open where undefined. */
export interface Span {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** What a report reads: whole days, and the hours before and after them. Each may be missing. */
export interface DaysAndHours {
  readonly days: Span | undefined;
  readonly hours: readonly Span[];
}

/** Divides a report's time: the days of it that are whole and summed up (`before`, a midnight) from the hours that are left. */
export function daysAndHours({ from, to }: Span, before: number | undefined): DaysAndHours {
  if (before === undefined) return { days: undefined, hours: [{ from, to }] };
  const first = from === undefined ? undefined : Math.ceil(from / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  const end = to === undefined ? before : Math.min(before, Math.floor(to / DAY_MILLISECONDS) * DAY_MILLISECONDS);
  if (first !== undefined && first >= end) return { days: undefined, hours: [{ from, to }] };
  const hours: Span[] = [];
  if (from !== undefined && from < first!) hours.push({ from, to: first });
  if (to === undefined || to > end) hours.push({ from: end, to });
  return { days: { from: first, to: end }, hours };
}

/**
 * The rows of a report as a source for FROM: columns of the tables of hours, `hour` being a midnight in those of days. Spans are
 * bound as parameters by `bind`, which returns the placeholder. Hours that `from` and `to` are within count as a whole, as ever.
 */
export function rowsOf(
  { days, hours }: DaysAndHours,
  tables: {
    readonly days: string;
    readonly hours: string;
    readonly columns: readonly string[];
    readonly where: string;
  },
  bind: (milliseconds: number) => string,
): string {
  const columns = tables.columns.join(', ');
  const within = (column: string, { from, to }: Span): string =>
    [
      tables.where,
      ...(from === undefined
        ? []
        : [`${column} >= date_trunc('hour', to_timestamp(${bind(from)}::float8 / 1000), 'UTC')`]),
      ...(to === undefined ? [] : [`${column} < to_timestamp(${bind(to)}::float8 / 1000)`]),
    ].join(' AND ');
  const parts = hours.map((span) => `SELECT hour, ${columns} FROM ${tables.hours} WHERE ${within('hour', span)}`);
  if (days) parts.unshift(`SELECT day AS hour, ${columns} FROM ${tables.days} WHERE ${within('day', days)}`);
  return `(${parts.join('\nUNION ALL ')}) rows`;
}
