import { FrameKind, MessageHeader, type AnswerHead, type Facts } from '#libs/contracts';
import type { IncomingMessage } from '#libs/messaging';
import { HttpLimit } from '../http/http-limits.js';
import type { CallerResponse } from './caller-response.js';

/** What became known of a call with one frame. */
export type CallProgress = 'running' | 'ended' | 'caller-too-slow' | 'refused' | 'frames-lost';

/** One call that a caller waits for: the response it goes to, and what is known of its end. */
export class PendingCall {
  /** When the last frame came, or the call began; milliseconds of a monotonic clock. */
  lastSignalAt = performance.now();
  hasEnded = false;
  /** The terminal event as the worker is recording it, for the case that it dies before it has. */
  terminalEvent: string | undefined;
  /** The last that a worker said of the answer; it names the target that was called. */
  head: AnswerHead | undefined;
  private readonly beganAt = performance.now();
  private gaveUp = false;
  private nextSequence = 0;
  /** Told once, when the call has ended for its caller. */
  onEnd: ((terminalEvent: string | undefined) => void) | undefined;

  constructor(
    readonly facts: Facts,
    private readonly response: CallerResponse,
    /** Silence before the first token after which a stream is begun. */
    private readonly silenceMilliseconds: number = HttpLimit.silenceMilliseconds,
  ) {}

  get isCallerGone(): boolean {
    return this.response.isGone;
  }

  /** Takes a frame and passes on what it holds. */
  take(message: IncomingMessage): CallProgress {
    this.lastSignalAt = performance.now();
    if (this.hasEnded) return 'running';
    const frame = message.header(MessageHeader.frame) as Exclude<FrameKind, 'begin'> | undefined;
    if (frame === FrameKind.alive) {
      this.answerOf(message);
      this.keepAlive();
      return 'running';
    }
    if (Number(message.header(MessageHeader.sequence)) !== this.nextSequence++) return 'frames-lost';
    return frame === undefined ? this.chunk(message.data) : this.takeFrame(frame, message);
  }

  /** Until a stream is begun a failure has its own status and headers, so that this is put off for as long as connections last. */
  private keepAlive(): void {
    const isLate = performance.now() - this.beganAt >= this.silenceMilliseconds;
    if (this.facts.stream && isLate) this.response.begin();
    this.response.keepAlive();
  }

  private takeFrame(frame: Exclude<FrameKind, 'alive' | 'begin'>, message: IncomingMessage): CallProgress {
    switch (frame) {
      case FrameKind.part:
        this.response.part(message.data);
        return 'running';
      case FrameKind.head:
        this.response.head(this.answerOf(message));
        return 'running';
      case FrameKind.whole:
        return this.ended(message, () => this.response.whole(message.data, this.answerOf(message)));
      case FrameKind.end:
        return this.ended(message, () => this.response.end(this.answerOf(message)));
      case FrameKind.error:
      default:
        return this.ended(message, () => this.response.error(this.answerOf(message)));
    }
  }

  /** Ends the call with an error of our own. */
  fail(answer: AnswerHead): void {
    this.markEnded();
    this.response.error(answer);
  }

  private chunk(bytes: Uint8Array): CallProgress {
    const isTaken = this.response.chunk(bytes);
    if (this.gaveUp) return 'running';
    if (this.response.isRefused) {
      this.gaveUp = true;
      return 'refused';
    }
    if (isTaken) return 'running';
    this.gaveUp = true;
    this.response.abandon();
    return 'caller-too-slow';
  }

  private ended(message: IncomingMessage, write: () => void): CallProgress {
    this.terminalEvent = message.header(MessageHeader.terminalEvent);
    this.markEnded();
    write();
    return 'ended';
  }

  private markEnded(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onEnd?.(this.terminalEvent);
  }

  private answerOf(message: IncomingMessage): AnswerHead {
    const answer = JSON.parse(message.header(MessageHeader.answer) ?? '{}') as AnswerHead;
    if (answer.provider !== undefined) this.head = answer;
    return answer;
  }
}
