import { FrameKind, MessageHeader, type AnswerHead } from '#libs/contracts';
import type { Messaging } from '#libs/messaging';

const MOST_FRAME_BYTES = 256 * 1024;
const COALESCE_MILLISECONDS = 15;

/** The way of an answer back to a waiting caller; in the durable lane nobody waits, and there is none. */
export interface ReplyChannel {
  head(answer: AnswerHead): void;
  chunk(bytes: Uint8Array): void;
  end(answer: AnswerHead, terminalEvent: string): void;
  whole(body: Uint8Array, answer: AnswerHead, terminalEvent: string): void;
  /** `providerMessage` is what the provider said where the call failed by its word; it goes no further than what is kept of the payload. */
  error(answer: AnswerHead, terminalEvent: string, providerMessage?: string): void;
  /** Says that the call runs, and what is being called. */
  alive(answer: AnswerHead): void;
}

const nothing = () => undefined;

/** For the durable lane. */
export const noReply: ReplyChannel = {
  head: nothing,
  chunk: nothing,
  end: nothing,
  whole: nothing,
  error: nothing,
  alive: nothing,
};

/**
 * Sends reply frames over core NATS to the ingress that holds the caller's connection. Chunks that come fast are sent
 * together: the first at once, those within the next milliseconds as one frame.
 */
export class NatsReplyChannel implements ReplyChannel {
  private gathered: Uint8Array[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sequence = 0;

  constructor(
    private readonly messaging: Messaging,
    private readonly subject: string,
  ) {}

  head(answer: AnswerHead): void {
    this.send(FrameKind.head, '', answer);
  }

  chunk(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.timer) {
      this.gathered.push(bytes);
      return;
    }
    this.sendInPieces(bytes);
    this.timer = setTimeout(() => this.flush(), COALESCE_MILLISECONDS);
  }

  end(answer: AnswerHead, terminalEvent: string): void {
    this.flush();
    this.send(FrameKind.end, '', answer, terminalEvent);
  }

  whole(body: Uint8Array, answer: AnswerHead, terminalEvent: string): void {
    let rest = body;
    for (; rest.length > MOST_FRAME_BYTES; rest = rest.subarray(MOST_FRAME_BYTES)) {
      this.send(FrameKind.part, rest.subarray(0, MOST_FRAME_BYTES));
    }
    this.send(FrameKind.whole, rest, answer, terminalEvent);
  }

  error(answer: AnswerHead, terminalEvent: string): void {
    this.flush();
    this.send(FrameKind.error, '', answer, terminalEvent);
  }

  alive(answer: AnswerHead): void {
    const headers = { [MessageHeader.frame]: FrameKind.alive, [MessageHeader.answer]: JSON.stringify(answer) };
    this.messaging.publish(this.subject, '', { headers });
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.gathered.length === 0) return;
    const bytes = this.gathered.length === 1 ? this.gathered[0] : Buffer.concat(this.gathered);
    this.gathered = [];
    if (bytes) this.sendInPieces(bytes);
  }

  private sendInPieces(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += MOST_FRAME_BYTES) {
      const headers = { [MessageHeader.sequence]: String(this.sequence++) };
      this.messaging.publish(this.subject, bytes.subarray(start, start + MOST_FRAME_BYTES), { headers });
    }
  }

  private send(frame: FrameKind, data: Uint8Array | string, answer?: AnswerHead, terminalEvent?: string): void {
    this.messaging.publish(this.subject, data, {
      headers: {
        [MessageHeader.frame]: frame,
        [MessageHeader.sequence]: String(this.sequence++),
        [MessageHeader.answer]: answer && JSON.stringify(answer),
        [MessageHeader.terminalEvent]: terminalEvent,
      },
    });
  }
}
