import type { AnswerHead, Usage } from '#libs/contracts';
import { dialectNamed, type ContinuationStyle, type StreamContinuation } from '#libs/dialects';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { withCost, withCostBesides } from '../call-model/cost-in-answer.js';
import { PassingReply } from '../call-model/passing-reply.js';
import type { ReplyChannel } from '../call-model/reply-channel.js';

/** What the answers were before the one that goes on: what they used, and what it costs. */
export interface Before {
  readonly usage: Usage;
  readonly costNanoUsd: bigint;
}

/**
 * The way back of a stream that another target may have to go on with: follows what the caller gets and makes one answer of
 * several.
 */
export class ContinuedReply extends PassingReply {
  private costBefore: bigint | undefined;

  constructor(
    reply: ReplyChannel,
    readonly continuation: StreamContinuation,
    private readonly costAsked: boolean,
  ) {
    super(reply);
  }

  /** Such a way for a call whose plan wants it, where its dialect allows it. */
  static of({ facts, slip, reply }: AssignedCall): ContinuedReply | undefined {
    if (!facts.stream || facts.shadowOf !== undefined || slip.execution?.onCut !== 'rescue') return undefined;
    const continuation = dialectNamed(facts.dialect).continuation?.(facts);
    return continuation && new ContinuedReply(reply, continuation, facts.costAsked === true);
  }

  /** From here on another target's answer comes, which is to be the rest of the caller's. */
  resume(style: ContinuationStyle, { usage, costNanoUsd }: Before): void {
    this.continuation.resume(style, usage);
    this.costBefore = costNanoUsd;
  }

  /** Sends what is missing of the end. */
  finish({ usage, costNanoUsd }: Before): void {
    const events = this.continuation.end(usage);
    this.reply.chunk(this.costAsked ? withCost(events, costNanoUsd) : events);
  }

  override head(answer: AnswerHead): void {
    if (this.costBefore === undefined) this.reply.head(answer);
  }

  override chunk(bytes: Uint8Array): void {
    const events = this.continuation.relay(bytes);
    const hasCost = this.costAsked && this.costBefore !== undefined;
    this.reply.chunk(hasCost ? withCostBesides(events, this.costBefore ?? 0n) : events);
  }
}
