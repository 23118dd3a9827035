import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { dialectNamed, readState } from '#libs/dialects';
import { Logger } from '#libs/telemetry';
import { laterWish } from '../accept-job/later-wish.js';
import { headerOf, RequestFacts } from '../accept-request/request-facts.js';
import { RequestIntake } from '../accept-request/request-intake.js';
import { CallerResponse } from '../answer-caller/caller-response.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { notResumable, resumableWish } from '../follow-stream/resumable-wish.js';
import { GuardTrafficHandler } from '../guard-traffic/guard-traffic.handler.js';
import { requireBody } from '../http/require-body.js';
import { AcceptBackgroundHandler } from './accept-background.handler.js';
import { ContinueConversationHandler } from './continue-conversation.handler.js';
import { KeptCallerResponse, type Recipient } from './kept-caller-response.js';
import { IdempotentRequests } from '../repeat-request/idempotent-requests.js';
import { ResponseKeeper, type KeptRequest } from './response-keeper.js';

const DIALECT = dialectNamed('openai-responses');

/** Takes a request for a response: makes it whole, hands it on as any call, and has the answer kept where that is asked for. */
@Injectable()
export class CreateResponseHandler {
  constructor(
    private readonly intake: RequestIntake,
    private readonly conversations: ContinueConversationHandler,
    private readonly background: AcceptBackgroundHandler,
    private readonly keeper: ResponseKeeper,
    private readonly repeats: IdempotentRequests,
    private readonly guards: GuardTrafficHandler,
    private readonly requestFacts: RequestFacts,
    private readonly logger: Logger,
  ) {}

  /** @throws DialectError for a request that is not what the dialect asks for. */
  async handle(request: AuthenticatedRequest, reply: FastifyReply): Promise<void> {
    const sent = requireBody(request.body);
    const { caller } = request;
    const state = readState(sent);
    if (resumableWish((name) => headerOf(request, name)))
      throw notResumable("For a response send 'background: true' and 'stream: true' instead.");
    const isLasting = state.isBackground || laterWish((name) => headerOf(request, name)) !== undefined;
    if (!(await this.repeats.begin({ request, caller, reply, body: sent, isLasting }))) return;
    // After that: a repeat is answered as the first was, though what that continued is gone meanwhile.
    const { body, items } = await this.conversations.handle(caller, sent, state);
    if (await this.background.handle(request, reply, { body, state })) return;
    const facts = this.requestFacts.read(DIALECT, request, body);
    const guarded = await this.guards.handle({ dialect: DIALECT, request, facts, body });
    const input = guarded ? (JSON.parse(guarded.placeholders.hide(JSON.stringify(items))) as typeof items) : items;
    const recipient = { raw: reply.raw, requestId: request.id, dialect: DIALECT };
    const response = state.isStored
      ? this.keptResponse(recipient, {
          requestId: request.id,
          caller,
          previousResponseId: state.previousResponseId,
          input,
        })
      : new CallerResponse(reply.raw, request.id, DIALECT);
    await this.intake.acceptWhole({ dialect: DIALECT, request, reply, body, response, guarded });
  }

  private keptResponse(recipient: Recipient, kept: KeptRequest): CallerResponse {
    const { requestId } = recipient;
    const response = new KeptCallerResponse(recipient, (finished, isRepeat) =>
      this.keeper.keep(finished, { ...kept, isRepeat }).catch((error: unknown) => {
        this.logger.error({ requestId, error }, 'a response could not be stored');
        throw error;
      }),
    );
    this.keeper.expect(response.settled);
    return response;
  }
}
