import type { PayloadOrder } from '#libs/contracts';
import { heldBytes, type CapturedText } from './kept-text.js';

/** No streamed answer is held beyond this for its hash; its hash is then of the beginning. */
const MOST_STREAM_BYTES = 16 * 1024 ** 2;

/** Gathers a streamed answer, as much of it as is kept. */
export class CapturedAnswer {
  private readonly chunks: Uint8Array[] = [];
  private held = 0;
  private length = 0;

  constructor(private readonly order: PayloadOrder) {}

  add(bytes: Uint8Array): void {
    this.length += bytes.length;
    const room = Math.min(heldBytes(this.order), MOST_STREAM_BYTES) - this.held;
    if (room <= 0) return;
    // The reader of a stream may use its memory again for what comes next.
    const taken = Buffer.from(bytes.subarray(0, room));
    this.chunks.push(taken);
    this.held += taken.length;
  }

  /** Undefined where nothing came. */
  text(contentType: string): CapturedText | undefined {
    if (this.length === 0) return undefined;
    return { bytes: Buffer.concat(this.chunks), length: this.length, contentType };
  }
}
