import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { dialectNamed, DialectError, foregroundBody, unansweredResponse, type StateFacts } from '#libs/dialects';
import { AcceptJobHandler, type LaterRequest } from '../accept-job/accept-job.handler.js';
import { AnswerLaterHandler } from '../accept-job/answer-later.handler.js';
import { laterWish } from '../accept-job/later-wish.js';
import { headerOf, RequestFacts } from '../accept-request/request-facts.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';

const DIALECT = dialectNamed('openai-responses');
const ENDPOINT = '/v1/responses';

/** Takes responses that nobody waits for: in OpenAI's way, `background: true`, or as any request by a preference. */
@Injectable()
export class AcceptBackgroundHandler {
  constructor(
    private readonly requestFacts: RequestFacts,
    private readonly jobs: AcceptJobHandler,
    private readonly later: AnswerLaterHandler,
  ) {}

  /** Resolves to whether the request was of this kind; it is answered then. `body` is the whole conversation. @throws DialectError */
  async handle(
    request: AuthenticatedRequest,
    reply: FastifyReply,
    { body, state }: { body: Buffer; state: StateFacts },
  ): Promise<boolean> {
    const wish = laterWish((name) => headerOf(request, name));
    const { isBackground, isStored } = state;
    if (!isBackground && !wish) return false;
    if (isBackground && !isStored)
      throw new DialectError(
        400,
        'invalid_value',
        "A response in the background is kept; leave out 'store: false'.",
        'store',
      );
    const previousResponseId = state.previousResponseId ?? null;
    const id = `resp_${request.id.replace(/^req_/, '')}`;
    const sent = isBackground ? foregroundBody(body) : body;
    const later: LaterRequest = {
      requestId: request.id,
      caller: request.caller,
      dialect: DIALECT,
      endpoint: ENDPOINT,
      facts: this.requestFacts.read(DIALECT, request, sent),
      body: sent,
      runAt: wish?.runAt,
      ...(isStored ? { response: { id, previousResponseId, isBackground } } : {}),
    };
    if (!isBackground && wish) {
      await this.later.handle(later, wish, reply);
      return true;
    }
    const job = await this.jobs.handle(later);
    const shown = { id, body: sent, model: job.model, createdSeconds: job.created_at, previousResponseId };
    void reply
      .status(200)
      .type('application/json')
      .send(JSON.stringify(unansweredResponse(shown, 'queued')));
    return true;
  }
}
