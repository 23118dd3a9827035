import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import type { GuardSources, Judgement } from '#libs/guards';
import { z } from 'zod';
import { AcceptRequestHandler } from '../accept-request/accept-request.handler.js';
import { PendingCalls } from '../answer-caller/pending-calls.js';
import { newRequestId } from '../http/request-id.js';
import { CapturedAnswer } from './captured-answer.js';

/** On whose behalf a guard asks. */
export interface ModerationAsked {
  readonly caller: Caller;
  /** Where limits have counted already what is looked at. */
  readonly isCounted?: boolean;
}

/** What is asked, and how long. */
export type ModerationModel = Pick<
  Parameters<GuardSources['moderation']>[1],
  'model' | 'categories' | 'timeoutMilliseconds'
>;

const DIALECT = dialectNamed('openai-moderations');

const moderationAnswer = z.object({
  results: z.array(z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.boolean()) })).min(1),
});

/** Asks a moderation model of the installation: a request of the caller's own, with its record, its limits and its price. */
@Injectable()
export class ModerateTexts {
  constructor(
    private readonly handler: AcceptRequestHandler,
    private readonly pending: PendingCalls,
  ) {}

  async ask(
    texts: readonly string[],
    { model, categories, timeoutMilliseconds }: ModerationModel,
    { caller, isCounted = false }: ModerationAsked,
  ): Promise<Judgement> {
    if (texts.length === 0) return { flagged: [] };
    const requestId = newRequestId();
    const body = Buffer.from(JSON.stringify({ model, input: texts }));
    const captured = new CapturedAnswer();
    const facts = DIALECT.readFacts(body);
    const timer = setTimeout(() => {
      captured.leave();
      this.pending.callerLeft(requestId);
    }, timeoutMilliseconds);
    try {
      await this.handler.handle({ requestId, caller, facts, body, response: captured.response, isCounted });
      const { body: answered, answer } = await captured.answered;
      const { results } = moderationAnswer.parse(JSON.parse(answered.toString('utf8')));
      const flagged = new Set(
        results.flatMap((one) => Object.keys(one.categories).filter((name) => one.categories[name] === true)),
      );
      const isFlagged = results.some((one) => one.flagged);
      const counted = categories ? [...flagged].filter((name) => categories.includes(name)) : [...flagged];
      return {
        flagged: categories || counted.length > 0 || !isFlagged ? counted : ['flagged'],
        askedAs: requestId,
        ...(answer.costNanoUsd === undefined ? {} : { costNanoUsd: answer.costNanoUsd }),
      };
    } finally {
      clearTimeout(timer);
    }
  }
}
