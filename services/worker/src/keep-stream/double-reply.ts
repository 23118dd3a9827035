import type { AnswerHead } from '#libs/contracts';
import { PassingReply } from '../call-model/passing-reply.js';
import type { ReplyChannel } from '../call-model/reply-channel.js';

/** Sends everything along a second way besides. */
export class DoubleReply extends PassingReply {
  constructor(
    reply: ReplyChannel,
    private readonly second: ReplyChannel,
  ) {
    super(reply);
  }

  override head(answer: AnswerHead): void {
    super.head(answer);
    this.second.head(answer);
  }

  override chunk(bytes: Uint8Array): void {
    super.chunk(bytes);
    this.second.chunk(bytes);
  }

  override end(answer: AnswerHead, terminalEvent: string): void {
    super.end(answer, terminalEvent);
    this.second.end(answer, terminalEvent);
  }

  override whole(body: Uint8Array, answer: AnswerHead, terminalEvent: string): void {
    super.whole(body, answer, terminalEvent);
    this.second.whole(body, answer, terminalEvent);
  }

  override error(answer: AnswerHead, terminalEvent: string, providerMessage?: string): void {
    super.error(answer, terminalEvent, providerMessage);
    this.second.error(answer, terminalEvent, providerMessage);
  }

  override alive(answer: AnswerHead): void {
    super.alive(answer);
    this.second.alive(answer);
  }
}
