import type { AnswerHead, Facts, PayloadOrder, RequestEnded } from '#libs/contracts';
import { CapturedAnswer, type CapturedCall } from '#libs/payloads';
import { refusalText } from './refusal-text.policy.js';
import { PassingReply } from '../call-model/passing-reply.js';
import type { ReplyChannel } from '../call-model/reply-channel.js';

/** What a call was given, and what is kept of it. */
export interface CapturedAssignment {
  readonly facts: Facts;
  readonly body: Uint8Array;
  readonly order: PayloadOrder;
}

/** Passes an answer on unchanged, and tells prompt and answer once the call has ended, whichever way, if anybody was called. */
export class CapturingReply extends PassingReply {
  private readonly answer: CapturedAnswer;
  private contentType = 'text/event-stream';

  constructor(
    reply: ReplyChannel,
    private readonly assignment: CapturedAssignment,
    private readonly onEnd: (call: CapturedCall) => void,
  ) {
    super(reply);
    this.answer = new CapturedAnswer(assignment.order);
  }

  override head(answer: AnswerHead): void {
    super.head(answer);
    if (answer.contentType !== undefined) this.contentType = answer.contentType;
  }

  override chunk(bytes: Uint8Array): void {
    super.chunk(bytes);
    this.answer.add(bytes);
  }

  override end(answer: AnswerHead, terminalEvent: string): void {
    super.end(answer, terminalEvent);
    this.tell('completed', this.answer.text(answer.contentType ?? this.contentType));
  }

  override whole(body: Uint8Array, answer: AnswerHead, terminalEvent: string): void {
    super.whole(body, answer, terminalEvent);
    const contentType = answer.contentType ?? 'application/json';
    this.tell('completed', { bytes: body, length: body.length, contentType });
  }

  /** Where nothing of an answer came, what is kept in place of it is the refusal: the record has none of the provider's words. */
  override error(answer: AnswerHead, terminalEvent: string, providerMessage?: string): void {
    super.error(answer, terminalEvent, providerMessage);
    if (answer.attempts === 0) return;
    const { outcome } = JSON.parse(terminalEvent) as Pick<RequestEnded, 'outcome'>;
    this.tell(outcome, this.answer.text(this.contentType) ?? refusalText(answer.error, providerMessage));
  }

  private tell(outcome: string, answer: CapturedCall['answer']): void {
    const { facts, order, body } = this.assignment;
    this.onEnd({ facts, order, outcome, prompt: body, ...(answer ? { answer } : {}) });
  }
}
