import { Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { feedbackPageSchema, Subject, type Feedback, type JudgedRequest } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields, readJson } from '../http/read-json.js';
import { factsRecord } from '../read-records/decision-record.js';
import { GiveFeedbackHandler } from './give-feedback.handler.js';

const NUL = '\u0000';
const KNOWN_ID = /^req_[A-Za-z0-9_-]{8,90}$/;

const feedbackBody = z.strictObject({
  request_id: z.string().min(1).max(200),
  score: z.number().min(0).max(1),
  comment: z
    .string()
    .max(2_000)
    .refine((text) => !text.includes(NUL) && text.isWellFormed(), 'must be text without NUL and half characters')
    .optional(),
});
const feedbackQuery = z.object({
  after: z.string().regex(KNOWN_ID, 'must be the id of a request').optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** What callers think of answers: a score for a request, to learn from which model serves which prompts. */
@Controller('v1/feedback')
export class FeedbackController {
  constructor(
    private readonly messaging: Messaging,
    private readonly handler: GiveFeedbackHandler,
  ) {}

  @Post()
  @Permit('create', 'Feedback')
  @HttpCode(200)
  async give(@Req() { caller, body }: AuthenticatedRequest): Promise<unknown> {
    const { request_id: requestId, score, comment } = readJson(body, feedbackBody);
    if (!KNOWN_ID.test(requestId)) {
      const message = `No request '${requestId.slice(0, 100)}' is on record.`;
      throw new DialectError(404, 'request_not_found', message, 'request_id');
    }
    const put = { caller, requestId, score, ...(comment === undefined ? {} : { comment }) };
    return feedbackObject(await this.handler.handle(put));
  }

  @Get()
  @Permit('read', 'Feedback')
  async list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const fields = readFields(query, feedbackQuery);
    const { data, hasMore } = await this.messaging.ask(Subject.feedbackList, { caller, ...fields }, feedbackPageSchema);
    return {
      object: 'list',
      data: data.map(judgedRequest),
      has_more: hasMore,
      next_after: data.at(-1)?.requestId ?? null,
    };
  }
}

function feedbackObject({ requestId, score, comment, at }: Feedback): Record<string, unknown> {
  return {
    object: 'feedback',
    request_id: requestId,
    score,
    comment: comment ?? null,
    created_at: new Date(at).toISOString(),
  };
}

function judgedRequest(judged: JudgedRequest): Record<string, unknown> {
  const { model, outcome, provider, servedModel, facts } = judged;
  return {
    ...feedbackObject(judged),
    model,
    outcome,
    target: provider === undefined ? null : { provider, model: servedModel },
    facts: facts ? factsRecord(facts) : null,
  };
}
