import { Injectable } from '@nestjs/common';
import { FrameKind, MessageHeader, Subject, type Caller, type Facts, type ModelEntry } from '#libs/contracts';
import { dialectNamed, refuseUnknownFields, type DialectFacts } from '#libs/dialects';
import { AnswerLog, BodyClaims, Messaging, MessagingError } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { injectTraceContext } from '#libs/telemetry';
import type { CallerResponse } from '../answer-caller/caller-response.js';
import { PendingCall } from '../answer-caller/pending-call.js';
import { PendingCalls } from '../answer-caller/pending-calls.js';
import { AnswerFromCacheHandler } from '../answer-from-cache/answer-from-cache.handler.js';
import { BudgetGate } from '../hold-budget/budget-gate.js';
import { RateLimits, type AdmittedRequest } from '../limit-rate/rate-limits.js';
import { HttpLimit } from '../http/http-limits.js';
import { RequestFacts } from './request-facts.js';

/** A request that passed the guard, with its facts read. */
export interface AcceptedRequest {
  requestId: string;
  caller: Caller;
  facts: DialectFacts & Pick<Facts, 'dataFound' | 'guardVerdicts'>;
  body: Buffer;
  response: CallerResponse;
  /** Whether the stream goes on without its caller, who may pick it up again. */
  resumable?: boolean;
  /** Where limits count what it is made for, and so not the request itself. */
  isCounted?: boolean;
  /** The caller's header of that name. */
  cacheControl?: string | undefined;
}

type ModelSettings = Pick<ModelEntry, 'keepAliveMilliseconds'>;

/** A request on its way through admission; `admitted` where limits count it. */
type LimitedRequest = AcceptedRequest & { admitted?: AdmittedRequest | undefined };

const NOTHING_HELD = (): void => undefined;

/** So long after the end of a call its large body stays in the bucket. */
const BODY_RESTS_MILLISECONDS = 60_000;

/** Admits a request and hands it to the router; its answer then comes in frames. */
@Injectable()
export class AcceptRequestHandler {
  constructor(
    private readonly requestFacts: RequestFacts,
    private readonly cache: AnswerFromCacheHandler,
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
    private readonly pending: PendingCalls,
    private readonly rates: RateLimits,
    private readonly budgets: BudgetGate,
    private readonly streams: AnswerLog,
    private readonly seals: RequestSeals,
  ) {}

  /** @throws DialectError 404 for a model nobody configured, 429 and 402 for a limit or a budget without room, MessagingError while NATS is away. */
  async handle(request: AcceptedRequest): Promise<void> {
    const dialect = dialectNamed(request.facts.dialect);
    const { facts: read, model } = this.requestFacts.complete({ ...request, dialect });
    const facts: Facts = request.resumable ? { ...read, resumable: true } : read;
    if (model.unknownFields === 'refuse') refuseUnknownFields(request.body, dialect);
    const limits = request.isCounted ? undefined : this.rates.of(facts, model);
    if (!limits) return this.answer(facts, model, request);
    const admitted = await this.rates.admit(facts, model, limits);
    if (admitted) request.response.addHeaders(admitted.headers());
    try {
      await this.answer(avoiding(facts, admitted?.avoid), model, { ...request, admitted });
    } catch (error) {
      admitted?.putBack();
      throw error;
    }
  }

  private async answer(facts: Facts, model: ModelSettings, request: LimitedRequest): Promise<void> {
    const policy = this.cache.policyFor(facts);
    // What is answered from the cache is not kept as a stream, and could not be picked up again.
    if (!policy || facts.resumable) return this.hold(facts, model, request);
    const { body, response, cacheControl } = request;
    const outcome = await this.cache.handle({ facts, body, response, cacheControl }, policy);
    if (outcome.answered) return request.admitted?.endWithoutCall();
    const { answered: _toBeCalled, ...kept } = outcome;
    await this.hold({ ...facts, ...kept }, model, request);
  }

  /** What the request may cost is set aside before anybody hears of it, and given back where nobody does. */
  private async hold(facts: Facts, model: ModelSettings, request: LimitedRequest): Promise<void> {
    const applied = this.budgets.of(facts);
    if (applied.length === 0) return this.send(facts, model, request, NOTHING_HELD);
    const held = await this.budgets.hold(facts, applied);
    return this.send(held.facts, model, request, held.giveBack);
  }

  /** From here on the stream is known, and may be followed, before anything of it has come. */
  private async beginStream({ organization, project, requestId, dialect }: Facts): Promise<void> {
    await this.streams.keep(Subject.answerStreamed(organization, project, requestId), {
      [MessageHeader.frame]: FrameKind.begin,
      [MessageHeader.dialect]: dialect,
    });
  }

  private async send(facts: Facts, model: ModelSettings, request: LimitedRequest, giveBack: () => void): Promise<void> {
    let claim: string | undefined;
    try {
      claim = await this.storeLargeBody(request);
      if (facts.resumable) await this.beginStream(facts);
    } catch (error) {
      if (claim !== undefined) this.removeLater(claim);
      giveBack();
      throw error;
    }
    // Waiting takes its time; nothing is asked of anybody for a caller who has left meanwhile.
    if (request.response.isGone) {
      if (claim !== undefined) this.removeLater(claim);
      request.admitted?.putBack();
      return giveBack();
    }
    this.publish(facts, model, { ...request, claim });
  }

  /** The name that a body too large for a message rests under. */
  private async storeLargeBody({ requestId, body }: AcceptedRequest): Promise<string | undefined> {
    if (!this.messaging.isConnected) throw new MessagingError('disconnected', 'no connection to NATS');
    if (body.length <= HttpLimit.messageBodyBytes) return undefined;
    await this.bodies.put(requestId, body);
    return requestId;
  }

  /** The bucket is everybody's: what is in it no longer than it must be leaves room for others. A copy of the request may still be read. */
  private removeLater(claim: string): void {
    setTimeout(() => void this.bodies.remove(claim).catch(() => undefined), BODY_RESTS_MILLISECONDS).unref();
  }

  /** From here on the request ends with a terminal event, whatever happens. */
  private publish(
    accepted: Facts,
    { keepAliveMilliseconds }: ModelSettings,
    { requestId, body, response, claim, admitted }: LimitedRequest & { claim: string | undefined },
  ): void {
    const facts = this.seals.sealed(accepted);
    const call = new PendingCall(facts, response, keepAliveMilliseconds);
    call.onEnd = (terminalEvent) => {
      admitted?.end(terminalEvent);
      if (claim !== undefined) this.removeLater(claim);
    };
    this.pending.add(call);
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

/** The router leaves out providers that are at a limit. */
function avoiding(facts: Facts, providers: readonly string[] = []): Facts {
  return providers.length === 0 ? facts : { ...facts, withheldProviders: [...providers] };
}
