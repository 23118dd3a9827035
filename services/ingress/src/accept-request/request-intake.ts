import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { dialectNamed, type CallerDialect } from '#libs/dialects';
import { withExtractedContext, withSpan } from '#libs/telemetry';
import { ResumableCallerResponse } from '../answer-caller/resumable-caller-response.js';
import { notResumable, RESUMABLE, resumableWish } from '../follow-stream/resumable-wish.js';
import { CallerResponse } from '../answer-caller/caller-response.js';
import { AnswerLaterHandler } from '../accept-job/answer-later.handler.js';
import { laterWish, type LaterWish } from '../accept-job/later-wish.js';
import { PendingCalls } from '../answer-caller/pending-calls.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { TrailGate } from '../guard-trail/trail-gate.js';
import { requireBody } from '../http/require-body.js';
import { IdempotentRequests } from '../repeat-request/idempotent-requests.js';
import { useLastingId } from '../repeat-request/idempotency-key.js';
import { GuardTrafficHandler, type PassedCall } from '../guard-traffic/guard-traffic.handler.js';
import { AcceptRequestHandler } from './accept-request.handler.js';
import { headerOf, RequestFacts } from './request-facts.js';

const SPAN = { kind: 'server' } as const;

/** A request as it came, with the body it is taken for and the response it is to be answered by. */
export interface IncomingCall {
  readonly dialect: CallerDialect;
  readonly request: AuthenticatedRequest;
  readonly reply: FastifyReply;
  readonly body: Buffer;
  readonly response: CallerResponse;
  /** Whether the stream goes on without its caller, who may pick it up again. */
  readonly resumable?: boolean;
  /** Where its guards have looked at it already. */
  readonly guarded?: PassedCall | undefined;
}

/** Takes a request of any dialect from HTTP: reads its facts, and hands it on with the response it is to be answered by. */
@Injectable()
export class RequestIntake {
  constructor(
    private readonly requestFacts: RequestFacts,
    private readonly handler: AcceptRequestHandler,
    private readonly pending: PendingCalls,
    private readonly later: AnswerLaterHandler,
    private readonly repeats: IdempotentRequests,
    private readonly trail: TrailGate,
    private readonly guards: GuardTrafficHandler,
  ) {}

  /** @throws DialectError for a request that is not what the dialect asks for. */
  async accept(dialectName: string, request: AuthenticatedRequest, reply: FastifyReply): Promise<void> {
    const body = requireBody(request.body);
    const dialect = dialectNamed(dialectName);
    this.trail.pass();
    const wish = laterWish((name) => headerOf(request, name));
    const repeatable = { request, caller: request.caller, reply, body, isLasting: wish !== undefined };
    if (!(await this.repeats.begin(repeatable))) return;
    if (wish) return this.acceptLater({ dialect, request, reply, body }, wish);
    const resumable = resumableWish((name) => headerOf(request, name));
    const Response = resumable ? ResumableCallerResponse : CallerResponse;
    const response = new Response(reply.raw, request.id, dialect);
    if (resumable) response.addHeaders({ [RESUMABLE]: `/v1/requests/${request.id}/stream` });
    await this.acceptWhole({ dialect, request, reply, body, response, resumable });
  }

  private acceptLater(
    { dialect, request, reply, body }: Omit<IncomingCall, 'response'>,
    wish: LaterWish,
  ): Promise<void> {
    const idempotencyKey = useLastingId(request, reply, body);
    const facts = this.requestFacts.read(dialect, request, body);
    const { id: requestId, caller } = request;
    const endpoint = request.routeOptions.url ?? request.url;
    return this.later.handle({ requestId, caller, dialect, endpoint, facts, body, idempotencyKey }, wish, reply);
  }

  /** Takes a request whose body and response were made elsewhere. @throws DialectError */
  async acceptWhole(call: IncomingCall): Promise<void> {
    const { dialect, request, reply, response, resumable = false } = call;
    const read = this.requestFacts.read(dialect, request, call.body);
    if (resumable && !read.stream) throw notResumable('Only a stream can be picked up again.');
    const guarded =
      call.guarded ?? (await this.guards.handle({ dialect, request, facts: read, body: call.body }, resumable));
    const { body, facts } = guarded ?? { body: call.body, facts: read };
    response.guard = guarded?.answer;
    if (guarded && !guarded.placeholders.isEmpty) this.repeats.keepNothing(request);
    // Before anything is stored or published: a caller may leave in the meantime.
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return;
      response.left();
      this.pending.callerLeft(request.id);
    });
    await withExtractedContext(
      (name) => headerOf(request, name),
      () =>
        withSpan(`POST ${request.routeOptions.url}`, SPAN, () =>
          this.handler.handle({
            requestId: request.id,
            caller: request.caller,
            facts,
            body,
            response,
            resumable,
            cacheControl: headerOf(request, 'cache-control'),
          }),
        ),
    );
    reply.hijack();
  }
}
