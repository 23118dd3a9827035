import type { AnswerHead } from '#libs/contracts';
import type { ReplyChannel } from './reply-channel.js';

/** A way back that passes everything on to another; those that change or watch a part of it say which. */
export class PassingReply implements ReplyChannel {
  constructor(protected readonly reply: ReplyChannel) {}

  head(answer: AnswerHead): void {
    this.reply.head(answer);
  }

  chunk(bytes: Uint8Array): void {
    this.reply.chunk(bytes);
  }

  end(answer: AnswerHead, terminalEvent: string): void {
    this.reply.end(answer, terminalEvent);
  }

  whole(body: Uint8Array, answer: AnswerHead, terminalEvent: string): void {
    this.reply.whole(body, answer, terminalEvent);
  }

  error(answer: AnswerHead, terminalEvent: string, providerMessage?: string): void {
    this.reply.error(answer, terminalEvent, providerMessage);
  }

  alive(answer: AnswerHead): void {
    this.reply.alive(answer);
  }
}
