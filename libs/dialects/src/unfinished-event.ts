import { DialectStreamError } from './caller-dialect.js';
import { endOfEvent } from './end-of-event.js';

/** More than any event of a provider holds, pictures and whole answers included. */
const MOST_EVENT_BYTES = 8 * 1024 ** 2;
/** Of a blank line after a line (LF CR LF), those that may be in another piece than the last one. */
const SPLIT_BYTES = 2;

/**
 * The event of a stream that has begun and not ended, in pieces as they came: joined only once its end is here, so that one
 * without end costs no more than its bytes.
 */
export class UnfinishedEvent {
  private pieces: Buffer[] = [];
  private bytes = 0;

  /** The bytes to look through for events; undefined while the next piece does not end the one that has begun. */
  joinedBy(incoming: Buffer): Buffer | undefined {
    if (this.bytes === 0) return incoming;
    if (!this.mayEndWith(incoming)) {
      this.keep(incoming);
      return undefined;
    }
    const joined = Buffer.concat([...this.pieces, incoming]);
    this.pieces = [];
    this.bytes = 0;
    return joined;
  }

  /** @throws DialectStreamError of class `bad_answer` for an event that is too large */
  keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.bytes += piece.length;
    if (this.bytes > MOST_EVENT_BYTES)
      throw new DialectStreamError('bad_answer', `an event of the stream is larger than ${MOST_EVENT_BYTES} bytes`);
  }

  /** The blank line may have begun before this piece. */
  private mayEndWith(incoming: Buffer): boolean {
    const tail = Buffer.concat(this.pieces.slice(-SPLIT_BYTES)).subarray(-SPLIT_BYTES);
    const seam = Buffer.concat([tail, incoming.subarray(0, SPLIT_BYTES)]);
    return endOfEvent(incoming, 0) >= 0 || endOfEvent(seam, 0) >= 0;
  }
}
