import { asJson } from '../as-json.js';
import { DialectStreamError } from '../caller-dialect.js';
import { endOfEvent } from '../end-of-event.js';
import { dataOfEvent } from '../event-stream.js';

/** The data of each of the whole events that the bytes hold; comments and other events without data are left out. */
export function* dataOfEvents(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (let end = endOfEvent(buffer, start); end >= 0; end = endOfEvent(buffer, start)) {
    const data = dataOfEvent(buffer.toString('utf8', start, end).trim());
    if (data !== undefined) yield data;
    start = end;
  }
}

/** The object that an event's data is. @throws DialectStreamError of class `bad_answer` */
export function parseEventData(data: string): Record<string, unknown> {
  const value = asJson(() => JSON.parse(data) as unknown);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new DialectStreamError('bad_answer', 'the stream held an event that is no object');
}
