const MINUTE = 60_000;

/** A wall clock's time. `weekday` from 1, Monday, to 7; `date` as YYYY-MM-DD. */
export interface LocalTime {
  readonly hour: number;
  readonly minute: number;
  readonly weekday: number;
  readonly date: string;
}

/** The last answer of each zone: decisions of one minute have it in common, and asking `Intl` costs more than a decision. */
const clocks = new Map<string, { readonly format: Intl.DateTimeFormat; minute: number; time: LocalTime }>();

/**
 * The time of day in an IANA time zone at a moment in milliseconds since the Unix epoch; undefined where there is no such
 * zone.
 */
export function localTime(now: number, timeZone: string): LocalTime | undefined {
  const minute = Math.floor(now / MINUTE);
  const known = clocks.get(timeZone);
  if (known?.minute === minute) return known.time;
  const format = known?.format ?? formatOf(timeZone);
  if (!format) return undefined;
  const time = read(format, minute * MINUTE);
  clocks.set(timeZone, { format, minute, time });
  return time;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  } catch {
    return undefined;
  }
}

function read(format: Intl.DateTimeFormat, moment: number): LocalTime {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(moment)) parts[type] = value;
  const date = `${parts.year}-${parts.month}-${parts.day}`;
  return {
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    // Sunday is 0 to `Date`, and 7 here.
    weekday: new Date(`${date}T00:00:00Z`).getUTCDay() || 7,
    date,
  };
}
