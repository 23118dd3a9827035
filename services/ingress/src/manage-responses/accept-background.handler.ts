import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { dialectNamed, DialectError, foregroundBody, unansweredResponse, type StateFacts } from '#libs/dialects';
import { FrameKind, MessageHeader, Subject } from '#libs/contracts';
import { AnswerLog } from '#libs/messaging';
import { Logger } from '#libs/telemetry';
import { AcceptJobHandler, type LaterRequest } from '../accept-job/accept-job.handler.js';
import { AnswerLaterHandler } from '../accept-job/answer-later.handler.js';
import { laterWish } from '../accept-job/later-wish.js';
import { GuardTrafficHandler } from '../guard-traffic/guard-traffic.handler.js';
import { FollowResponseHandler } from '../follow-stream/follow-response.handler.js';
import { showMade } from '../repeat-request/show-made.js';
import { useLastingId } from '../repeat-request/idempotency-key.js';
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
    private readonly log: AnswerLog,
    private readonly logger: Logger,
    private readonly streams: FollowResponseHandler,
    private readonly guards: GuardTrafficHandler,
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
    this.jobs.requirePlan({ caller: request.caller, runAt: wish?.runAt });
    const idempotencyKey = useLastingId(request, reply, body);
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
      idempotencyKey,
      runAt: wish?.runAt,
      ...(isStored ? { response: { id, previousResponseId, isBackground } } : {}),
    };
    if (!isBackground && wish) {
      await this.later.handle(later, wish, reply);
      return true;
    }
    if (state.isStreamed) this.guards.refuseKeptStream(request.caller, later.facts);
    const createdSeconds = Math.floor(Date.now() / 1_000);
    const shown = { id, body: sent, model: later.facts.model, createdSeconds, previousResponseId };
    if (state.isStreamed) await this.beginStream(request, JSON.stringify(unansweredResponse(shown, 'queued')));
    const job = showMade(await this.jobs.handle(later), reply);
    // That of an equal request, where one was there before, on another day.
    const made = { ...shown, id: job.response_id ?? id };
    if (state.isStreamed) await this.streams.follow(request.caller, made.id, undefined, reply);
    else
      void reply
        .status(200)
        .type('application/json')
        .send(JSON.stringify(unansweredResponse(made, 'queued')));
    return true;
  }

  /** Every reader is to see the same beginning. Where it cannot be kept, a later one is told of it from the response as it is kept. */
  private async beginStream(
    { id, caller: { organization, project } }: AuthenticatedRequest,
    queued: string,
  ): Promise<void> {
    const headers = { [MessageHeader.frame]: FrameKind.begin, [MessageHeader.dialect]: DIALECT.name };
    await this.log
      .keep(Subject.answerStreamed(organization, project, id), headers, queued)
      .catch((error: unknown) => this.logger.warn({ requestId: id, error }, 'the beginning of a stream is not kept'));
  }
}
