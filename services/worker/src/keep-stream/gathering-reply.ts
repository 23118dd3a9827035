import type { AnswerHead } from '#libs/contracts';
import { PassingReply } from '../call-model/passing-reply.js';

/** Most bytes of a streamed answer that are gathered for its job. */
const MOST_BYTES = 16 * 1024 ** 2;

/** Passes a streamed answer on, and gathers it, since a job's result is the whole of it. */
export class GatheringReply extends PassingReply {
  private chunks: Uint8Array[] = [];
  private bytes = 0;

  /** What came so far; undefined where that was too much to be gathered. */
  gathered(): Uint8Array | undefined {
    return this.bytes > MOST_BYTES ? undefined : Buffer.concat(this.chunks);
  }

  override head(answer: AnswerHead): void {
    this.chunks = [];
    this.bytes = 0;
    super.head(answer);
  }

  override chunk(bytes: Uint8Array): void {
    super.chunk(bytes);
    this.bytes += bytes.length;
    if (this.bytes > MOST_BYTES) this.chunks = [];
    // The reader of a stream may use its memory again for what comes next.
    else this.chunks.push(Buffer.from(bytes));
  }
}
