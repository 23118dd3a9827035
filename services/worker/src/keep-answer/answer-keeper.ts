import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { AnswerCache } from '#libs/messaging';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { keptAnswer } from './kept-answer.policy.js';
import { KeepingReply } from './keeping-reply.js';

/** Keeps good answers for equal requests, where the plan of a call says so. */
@Injectable()
export class AnswerKeeper {
  constructor(private readonly cache: AnswerCache) {}

  /** The call with a way back that keeps the answer once the caller has it; the very call where nothing is to be kept. */
  keeping(call: AssignedCall): AssignedCall {
    const { facts, slip } = call;
    const key = facts.cacheKey;
    if (key === undefined || slip.execution?.cacheSeconds === undefined) return call;
    const reply = new KeepingReply(call.reply, ({ body, head, terminalEvent }) => {
      const event = JSON.parse(terminalEvent) as RequestEnded;
      const answer = keptAnswer(event, head, { slip, keptAt: Date.now() });
      if (answer) void this.cache.put(key, answer, body);
    });
    return { ...call, reply };
  }
}
