import { ProviderFailure } from '../providers/provider-failure.js';

/** More than any event of a provider holds, pictures included; packages keep an event in memory until its end. */
export const MOST_EVENT_BYTES = 8 * 1024 ** 2;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Bytes by which a message of Amazon's event stream encoding begins: its own length. */
const LENGTH_BYTES = 4;

/** Watches over the size of single events while the bytes of a stream pass by. */
export interface EventBound {
  /** @throws ProviderFailure of class `bad_answer` for an event that is too large. */
  pass(bytes: Uint8Array): void;
}

/** The bound for a stream of a content type; undefined for what is no stream of events. */
export function eventBoundFor(contentType: string): EventBound | undefined {
  if (/vnd\.amazon\.eventstream/i.test(contentType)) return new AmazonMessageBound();
  return /event-?stream/i.test(contentType) ? new ServerSentEventBound() : undefined;
}

/** Server-sent events, which end with a blank line. */
class ServerSentEventBound implements EventBound {
  private eventBytes = 0;
  private endsLine = true;

  pass(bytes: Uint8Array): void {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const last = lastBlankLine(piece);
    // A blank line may be split between two pieces.
    const isSplit = last < 0 && this.endsLine && firstOfLine(piece) === LINE_FEED;
    this.eventBytes = last >= 0 ? piece.length - last : isSplit ? piece.length : this.eventBytes + piece.length;
    if (this.eventBytes > MOST_EVENT_BYTES) throw tooLarge();
    const end = piece.findLastIndex((byte) => byte !== CARRIAGE_RETURN);
    if (end >= 0) this.endsLine = piece[end] === LINE_FEED;
  }
}

function lastBlankLine(piece: Buffer): number {
  const last = piece.lastIndexOf('\n\n');
  return last >= 0 ? last : piece.lastIndexOf('\n\r\n');
}

function firstOfLine(piece: Buffer): number | undefined {
  return piece[0] === CARRIAGE_RETURN ? piece[1] : piece[0];
}

/** Amazon's messages, which tell their length before they come. */
class AmazonMessageBound implements EventBound {
  private length = 0;
  private lengthBytes = 0;
  /** Of the message that is passing by. */
  private left = 0;

  pass(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.left > 0) {
        const taken = Math.min(this.left, bytes.length - at);
        this.left -= taken;
        at += taken;
      } else this.begin(bytes[at++] ?? 0);
    }
  }

  private begin(byte: number): void {
    this.length = this.length * 256 + byte;
    if (++this.lengthBytes < LENGTH_BYTES) return;
    if (this.length > MOST_EVENT_BYTES) throw tooLarge();
    this.left = Math.max(0, this.length - LENGTH_BYTES);
    this.length = 0;
    this.lengthBytes = 0;
  }
}

function tooLarge(): ProviderFailure {
  return new ProviderFailure('bad_answer', `an event of the stream is larger than ${MOST_EVENT_BYTES} bytes`);
}
