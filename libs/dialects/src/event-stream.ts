import { DialectStreamError } from './caller-dialect.js';

const MOST_EVENT_BYTES = 4 * 1024 ** 2;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const EMPTY = Buffer.alloc(0);

/** Whoever follows a stream of events. */
export interface EventListener {
  /** Whether the stream has come to its end mark; nothing after it is read. */
  readonly isDone: boolean;
  /** Learns from one event, without the blank line after it, and says whether it is to be relayed. */
  learnFrom(event: string): boolean;
}

/** Cuts bytes as they come into whole server-sent events, so that a cut never leaves half of one behind. */
export class EventRelay {
  private rest: Buffer = EMPTY;

  constructor(private readonly listener: EventListener) {}

  /**
   * Takes the next bytes and returns those that may be relayed, unchanged.
   * @throws DialectStreamError for an event without end, and what the listener throws.
   */
  push(bytes: Uint8Array): Buffer {
    if (this.listener.isDone) return EMPTY;
    const incoming = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const buffer = this.rest.length > 0 ? Buffer.concat([this.rest, incoming]) : incoming;
    const kept: Buffer[] = [];
    let start = 0;
    for (let end = endOfEvent(buffer, start); end >= 0 && !this.listener.isDone; end = endOfEvent(buffer, start)) {
      const event = buffer.subarray(start, end);
      if (this.listener.learnFrom(event.toString('utf8').trim())) kept.push(event);
      start = end;
    }
    this.rest = start === 0 ? buffer : buffer.subarray(start);
    if (this.rest.length > MOST_EVENT_BYTES)
      throw new DialectStreamError('bad_answer', `an event of the stream is larger than ${MOST_EVENT_BYTES} bytes`);
    if (kept.length === 1) return kept[0] as Buffer;
    return kept.length === 0 ? EMPTY : Buffer.concat(kept);
  }

  /** To be called when the provider's bytes have ended. @throws DialectStreamError where the end mark is missing. */
  end(): void {
    if (!this.listener.isDone) throw new DialectStreamError('cut_stream', 'the stream ended without its end mark');
  }
}

/** The data of an event without its field names; undefined for an event that has none, such as a comment. */
export function dataOfEvent(event: string): string | undefined {
  if (event.startsWith('data:') && !event.includes('\n')) return event.slice('data:'.length).trim();
  const lines = event.split('\n').filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? undefined : lines.map((line) => line.slice('data:'.length).trim()).join('\n');
}

/** The position after the blank line that ends the event beginning at `start`, or -1. Lines end in LF or CR LF. */
function endOfEvent(buffer: Buffer, start: number): number {
  for (let feed = buffer.indexOf(LINE_FEED, start); feed >= 0; feed = buffer.indexOf(LINE_FEED, feed + 1)) {
    const next = buffer[feed + 1];
    if (next === LINE_FEED) return feed + 2;
    if (next === CARRIAGE_RETURN && buffer[feed + 2] === LINE_FEED) return feed + 3;
  }
  return -1;
}
