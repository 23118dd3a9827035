import { DialectError } from '#libs/dialects';

/**
 * Behind which event of a stream a caller wishes to go on: `starting_after`, or the header `Last-Event-ID` that browsers send.
 * Undefined for one who wants all of it. @throws DialectError 400
 */
export function startingAfter(query: string | undefined, lastEventId: string | undefined): number | undefined {
  const text = query ?? lastEventId?.trim();
  if (text === undefined || text === '') return undefined;
  const position = Number(text);
  if (/^\d{1,15}$/.test(text) && Number.isSafeInteger(position)) return position;
  throw new DialectError(
    400,
    'invalid_parameter',
    "'starting_after' must be the number of an event of the stream, a whole number from 0.",
    'starting_after',
  );
}
