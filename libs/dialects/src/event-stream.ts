import { DialectStreamError } from './caller-dialect.js';
import { endOfEvent } from './end-of-event.js';
import { UnfinishedEvent } from './unfinished-event.js';

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
  private readonly rest = new UnfinishedEvent();

  constructor(private readonly listener: EventListener) {}

  /**
   * Takes the next bytes and returns those that may be relayed, unchanged.
   * @throws DialectStreamError for an event without end, and what the listener throws.
   */
  push(bytes: Uint8Array): Buffer {
    if (this.listener.isDone) return EMPTY;
    const incoming = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const buffer = this.rest.joinedBy(incoming);
    if (!buffer) return EMPTY;
    const kept: Buffer[] = [];
    let start = 0;
    // Where the bytes begin that are kept and not yet in `kept`: those of one event after the other are cut out once.
    let keptFrom = 0;
    for (let end = endOfEvent(buffer, start); end >= 0 && !this.listener.isDone; end = endOfEvent(buffer, start)) {
      if (!this.listener.learnFrom(buffer.toString('utf8', start, end).trim())) {
        if (start > keptFrom) kept.push(buffer.subarray(keptFrom, start));
        keptFrom = end;
      }
      start = end;
    }
    if (start > keptFrom) kept.push(buffer.subarray(keptFrom, start));
    this.rest.keep(buffer.subarray(start));
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
  const start = event.startsWith('data:') ? 0 : event.indexOf('\ndata:') + 1;
  const isLast = event.indexOf('\n', start) < 0;
  if (isLast && event.startsWith('data:', start)) return event.slice(start + 'data:'.length).trim();
  const lines = event.split('\n').filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? undefined : lines.map((line) => line.slice('data:'.length).trim()).join('\n');
}
