/**
 * What a header `retry-after` asks for, in milliseconds from now: seconds, or a date, which may be past. Undefined where it says
 * nothing that can be read.
 */
export function retryAfterMilliseconds(header: string | undefined, nowEpochMilliseconds: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - nowEpochMilliseconds : seconds * 1_000;
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}
