import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { AnswerCache, SnapshotWatch } from '#libs/messaging';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { keptAnswer } from './kept-answer.policy.js';
import { KeepingReply } from './keeping-reply.js';

/** Keeps good answers for equal requests, where the plan of a call says so. */
@Injectable()
export class AnswerKeeper {
  constructor(
    private readonly cache: AnswerCache,
    private readonly watch: SnapshotWatch,
  ) {}

  /** The call with a way back that keeps the answer once the caller has it; the very call where nothing is to be kept. */
  keeping(call: AssignedCall): AssignedCall {
    const { facts, slip } = call;
    const key = facts.cacheKey;
    if (key === undefined || slip.execution?.cacheSeconds === undefined || !this.isOfOneRevision(call)) return call;
    const reply = new KeepingReply(call.reply, ({ body, head, terminalEvent }) => {
      const event = JSON.parse(terminalEvent) as RequestEnded;
      const answer = keptAnswer(event, head, { slip, keptAt: Date.now() });
      if (answer) void this.cache.put(key, answer, body);
    });
    return { ...call, reply };
  }

  /**
   * Whether the key, the decision and the providers held here are of one configuration. A new one comes to ingress, router and
   * worker at times of their own, and an answer made under the older one would be kept under the key of the newer.
   */
  private isOfOneRevision({ facts: { cacheRevision }, slip }: AssignedCall): boolean {
    return (
      cacheRevision === slip.decision.snapshotRevision && (this.watch.current?.revision ?? 0) >= (cacheRevision ?? 0)
    );
  }
}
