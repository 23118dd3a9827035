import type { AnswerHead } from '#libs/contracts';
import { PassingReply } from '../call-model/passing-reply.js';
import type { ReplyChannel } from '../call-model/reply-channel.js';

/** Larger answers are not kept; what of a stream goes beyond is not gathered. */
const MOST_BYTES = 512 * 1024;

/** An answer that the caller has got to its end. */
export interface RelayedAnswer {
  readonly body: Uint8Array;
  readonly head: AnswerHead;
  /** The terminal event as text. */
  readonly terminalEvent: string;
}

/** Passes an answer on unchanged, and tells of it once it is complete. */
export class KeepingReply extends PassingReply {
  private chunks: Uint8Array[] | undefined = [];
  private bytes = 0;

  constructor(
    reply: ReplyChannel,
    private readonly onComplete: (answer: RelayedAnswer) => void,
  ) {
    super(reply);
  }

  override chunk(bytes: Uint8Array): void {
    this.reply.chunk(bytes);
    this.bytes += bytes.length;
    if (this.bytes > MOST_BYTES) this.chunks = undefined;
    // The reader of a stream may use its memory again for what comes next.
    else this.chunks?.push(Buffer.from(bytes));
  }

  override end(answer: AnswerHead, terminalEvent: string): void {
    this.reply.end(answer, terminalEvent);
    if (this.chunks) this.onComplete({ body: Buffer.concat(this.chunks), head: answer, terminalEvent });
  }

  override whole(body: Uint8Array, answer: AnswerHead, terminalEvent: string): void {
    this.reply.whole(body, answer, terminalEvent);
    if (body.length <= MOST_BYTES) this.onComplete({ body, head: answer, terminalEvent });
  }
}
