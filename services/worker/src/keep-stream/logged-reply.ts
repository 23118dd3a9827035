import { FrameKind, MessageHeader, Subject, type AnswerHead, type Facts } from '#libs/contracts';
import type { Messaging } from '#libs/messaging';
import type { ReplyChannel } from '../call-model/reply-channel.js';

/** Most bytes of one streamed answer that are kept. */
const MOST_BYTES = 16 * 1024 ** 2;
const MOST_FRAME_BYTES = 256 * 1024;
/** Chunks within this time are kept as one frame: the server keeps each with its own overhead. */
const GATHER_MILLISECONDS = 50;
const TOO_LARGE = {
  class: 'server_error',
  code: 'stream_too_large',
  message: `The stream is larger than ${MOST_BYTES} bytes, and is not kept any further.`,
} as const;

/**
 * Has a streamed answer kept as it comes, in numbered frames of one generation: an answer that is begun again elsewhere, after a
 * crash of ours, is of a greater one.
 */
export class LoggedReply implements ReplyChannel {
  private readonly subject: string;
  private readonly generation: string;
  private gathered: Uint8Array[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sequence = 0;
  private bytes = 0;
  private isClosed = false;

  constructor(
    private readonly messaging: Messaging,
    private readonly facts: Pick<Facts, 'organization' | 'project' | 'requestId' | 'dialect'>,
    generation: number,
  ) {
    this.subject = Subject.answerStreamed(facts.organization, facts.project, facts.requestId);
    this.generation = String(generation);
  }

  head(answer: AnswerHead): void {
    this.send(FrameKind.head, answer);
  }

  chunk(bytes: Uint8Array): void {
    if (this.isClosed || bytes.length === 0) return;
    this.bytes += bytes.length;
    if (this.bytes > MOST_BYTES) return this.error({ status: 500, attempts: 0, error: TOO_LARGE });
    // The reader of a stream may use its memory again for what comes next.
    this.gathered.push(Buffer.from(bytes));
    if (this.timer) return;
    this.flush();
    this.timer = setTimeout(() => this.flush(), GATHER_MILLISECONDS);
  }

  end(answer: AnswerHead): void {
    this.close(FrameKind.end, answer);
  }

  whole(_body: Uint8Array, answer: AnswerHead): void {
    this.close(FrameKind.end, answer);
  }

  error(answer: AnswerHead): void {
    this.close(FrameKind.error, answer);
  }

  alive(): void {
    this.messaging.publish(Subject.answerAwaited(this.facts.requestId), '');
  }

  private close(frame: FrameKind, answer: AnswerHead): void {
    if (this.isClosed) return;
    this.flush();
    this.send(frame, answer);
    this.isClosed = true;
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.gathered.length === 0) return;
    const bytes = Buffer.concat(this.gathered);
    this.gathered = [];
    for (let start = 0; start < bytes.length; start += MOST_FRAME_BYTES) {
      this.messaging.publish(this.subject, bytes.subarray(start, start + MOST_FRAME_BYTES), {
        headers: this.numbered(),
      });
    }
  }

  private send(frame: FrameKind, answer: AnswerHead): void {
    if (this.isClosed) return;
    const headers = {
      ...this.numbered(),
      [MessageHeader.frame]: frame,
      [MessageHeader.dialect]: this.facts.dialect,
      [MessageHeader.answer]: JSON.stringify(answer),
    };
    this.messaging.publish(this.subject, '', { headers });
  }

  private numbered(): Record<string, string> {
    return { [MessageHeader.generation]: this.generation, [MessageHeader.sequence]: String(this.sequence++) };
  }
}
