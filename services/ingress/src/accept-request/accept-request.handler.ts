import { Injectable } from '@nestjs/common';
import { MessageHeader, Subject, type Caller, type Facts, type ModelEntry } from '#libs/contracts';
import { dialectNamed, refuseUnknownFields, type DialectFacts } from '#libs/dialects';
import { BodyClaims, Messaging, MessagingError } from '#libs/messaging';
import { injectTraceContext } from '#libs/telemetry';
import type { CallerResponse } from '../answer-caller/caller-response.js';
import { PendingCall } from '../answer-caller/pending-call.js';
import { PendingCalls } from '../answer-caller/pending-calls.js';
import { AnswerFromCacheHandler } from '../answer-from-cache/answer-from-cache.handler.js';
import { HttpLimit } from '../http/http-limits.js';
import { RequestFacts } from './request-facts.js';

/** A request that passed the guard, with its facts read. */
export interface AcceptedRequest {
  requestId: string;
  caller: Caller;
  facts: DialectFacts;
  body: Buffer;
  response: CallerResponse;
  /** The caller's header of that name. */
  cacheControl?: string | undefined;
}

/** Admits a request and hands it to the router; its answer then comes in frames. */
@Injectable()
export class AcceptRequestHandler {
  constructor(
    private readonly requestFacts: RequestFacts,
    private readonly cache: AnswerFromCacheHandler,
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
    private readonly pending: PendingCalls,
  ) {}

  /** @throws DialectError 404 for a model nobody configured, MessagingError while NATS is away. */
  async handle(request: AcceptedRequest): Promise<void> {
    const dialect = dialectNamed(request.facts.dialect);
    const { facts, model } = this.requestFacts.complete({ ...request, dialect });
    if (model.unknownFields === 'refuse') refuseUnknownFields(request.body, dialect);
    const policy = this.cache.policyFor(facts);
    if (!policy) return this.send(facts, model, request);
    const { body, response, cacheControl } = request;
    const outcome = await this.cache.handle({ facts, body, response, cacheControl }, policy);
    if (outcome.answered) return;
    await this.send(outcome.cacheKey === undefined ? facts : { ...facts, cacheKey: outcome.cacheKey }, model, request);
  }

  private async send(
    facts: Facts,
    { keepAliveMilliseconds }: Pick<ModelEntry, 'keepAliveMilliseconds'>,
    { requestId, body, response }: AcceptedRequest,
  ): Promise<void> {
    if (!this.messaging.isConnected) throw new MessagingError('disconnected', 'no connection to NATS');
    const claim = body.length > HttpLimit.messageBodyBytes ? requestId : undefined;
    if (claim !== undefined) await this.bodies.put(claim, body);
    // Storing takes its time; nothing is asked of anybody for a caller who has left meanwhile.
    if (response.isGone) return;
    this.pending.add(new PendingCall(facts, response, keepAliveMilliseconds));
    const headers: Record<string, string | undefined> = {
      [MessageHeader.facts]: JSON.stringify(facts),
      [MessageHeader.bodyClaim]: claim,
    };
    injectTraceContext((name, value) => (headers[name] = value));
    this.messaging.publish(Subject.requestAcceptedInteractive, claim === undefined ? body : '', {
      headers,
      reply: this.pending.replySubject(requestId),
    });
  }
}
