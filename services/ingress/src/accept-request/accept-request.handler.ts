import { Injectable } from '@nestjs/common';
import { MessageHeader, Subject, type Caller, type Facts, type ModelEntry } from '#libs/contracts';
import { DialectError, dialectNamed, refuseUnknownFields, type DialectFacts } from '#libs/dialects';
import { BodyClaims, Messaging, MessagingError, SnapshotWatch } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { injectTraceContext } from '#libs/telemetry';
import type { CallerResponse } from '../answer-caller/caller-response.js';
import { PendingCall } from '../answer-caller/pending-call.js';
import { PendingCalls } from '../answer-caller/pending-calls.js';
import { HttpLimit } from '../http/http-limits.js';

/** A request that passed the guard, with its facts read. */
export interface AcceptedRequest {
  requestId: string;
  caller: Caller;
  facts: DialectFacts;
  body: Buffer;
  response: CallerResponse;
}

/** Admits a request and hands it to the router; its answer then comes in frames. */
@Injectable()
export class AcceptRequestHandler {
  private models: ReadonlyMap<string, ModelEntry> = new Map();

  constructor(
    watch: SnapshotWatch,
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
    private readonly pending: PendingCalls,
    private readonly settings: Settings,
  ) {
    watch.onChange((snapshot) => (this.models = new Map(snapshot.models.map((model) => [model.name, model]))));
  }

  /** @throws DialectError 404 for a model nobody configured, MessagingError while NATS is away. */
  async handle(request: AcceptedRequest): Promise<void> {
    const { requestId, body } = request;
    const model = this.models.get(request.facts.model);
    if (!model) throw unknownModel(request.facts.model);
    if (model.unknownFields === 'refuse') refuseUnknownFields(body, dialectNamed(request.facts.dialect));
    if (!this.messaging.isConnected) throw new MessagingError('disconnected', 'no connection to NATS');
    const claim = body.length > HttpLimit.messageBodyBytes ? requestId : undefined;
    if (claim !== undefined) await this.bodies.put(claim, body);
    // Storing takes its time; nothing is asked of anybody for a caller who has left meanwhile.
    if (request.response.isGone) return;
    const facts = this.factsOf(request);
    this.pending.add(new PendingCall(facts, request.response));
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

  private factsOf({ requestId, caller, facts }: AcceptedRequest): Facts {
    return {
      requestId,
      organization: caller.organization,
      project: caller.project,
      key: caller.key,
      tier: caller.tier,
      lane: 'interactive',
      ...facts,
      receivedAt: Date.now(),
      ingress: this.settings.instance,
    };
  }
}

function unknownModel(model: string): DialectError {
  return new DialectError(
    404,
    'model_not_found',
    `The model '${model}' does not exist here; GET /v1/models lists those that do.`,
    'model',
  );
}
