import { crc32 } from 'node:zlib';
import { Controller } from '@nestjs/common';
import {
  Consumer,
  decodeRequestBundle,
  encodeRequestBundles,
  FrameKind,
  MessageHeader,
  QueueGroup,
  readFacts,
  Subject,
  type AnswerHead,
  type BundledRequest,
  type EncodedBundle,
  type Facts,
  type RequestEnded,
  type RoutingSlip,
} from '#libs/contracts';
import {
  ConsumeEach,
  DurablePublisher,
  Messaging,
  Subscribe,
  Undeliverable,
  type IncomingMessage,
  type StreamMessage,
} from '#libs/messaging';
import { NoEligibleTarget } from '#libs/routing';
import { injectTraceContext, Logger, withExtractedContext, withSpan } from '#libs/telemetry';
import { ShadowCopies } from '../copy-request/shadow-copies.js';
import { PlanRouteHandler } from './plan-route.handler.js';

/** Messages, each of up to some fifty requests. */
const MOST_DURABLE_PLANS_AT_ONCE = 64;

const UNREADABLE: AnswerHead = {
  status: 503,
  attempts: 0,
  error: {
    class: 'body_unavailable',
    code: 'body_unavailable',
    message: 'The request could not be read on its way inside Switchyard; send it again.',
  },
};

/** Takes accepted requests of both lanes and sends them on to the provider of their plan's first target. */
@Controller()
export class PlanRouteController {
  constructor(
    private readonly handler: PlanRouteHandler,
    private readonly messaging: Messaging,
    private readonly publisher: DurablePublisher,
    private readonly shadows: ShadowCopies,
    private readonly logger: Logger,
  ) {}

  @Subscribe(Subject.requestAcceptedInteractive, { queue: QueueGroup.router })
  planForWaitingCaller(message: IncomingMessage): Promise<void> {
    return traced(message, () => this.planInteractive(message));
  }

  @ConsumeEach(Consumer.router, { concurrency: MOST_DURABLE_PLANS_AT_ONCE })
  planForJob(message: StreamMessage): Promise<void> {
    return traced(message, () => this.planDurable(message));
  }

  private async planInteractive(message: IncomingMessage): Promise<void> {
    const facts = this.factsOrRefusal(message);
    if (!facts) return undefined;
    if (!this.handler.knows(facts)) await this.handler.catchUp(facts);
    const slip = this.planOrRefusal(facts);
    if (slip instanceof NoEligibleTarget) return this.refuse(message, facts, slip);
    const provider = slip.targets[0]?.provider ?? '';
    this.messaging.publish(Subject.callAssignedInteractive(provider), message.data, {
      headers: headersWith(message, slip),
      ...(message.reply === undefined ? {} : { reply: message.reply }),
    });
    this.shadows.copy(facts, message);
  }

  /** Nothing can be recorded of a request whose facts cannot be read; the ingress that waits has them, and records its end. */
  private factsOrRefusal(message: IncomingMessage): Facts | undefined {
    try {
      return factsOf(message);
    } catch (error) {
      if (message.reply !== undefined) this.tell(message.reply, UNREADABLE);
      this.logger.warn({ error }, 'the facts of a request cannot be read');
      return undefined;
    }
  }

  private tell(reply: string, answer: AnswerHead, event?: RequestEnded): void {
    this.messaging.publish(reply, '', {
      headers: {
        [MessageHeader.frame]: FrameKind.error,
        [MessageHeader.sequence]: '0',
        [MessageHeader.answer]: JSON.stringify(answer),
        ...(event ? { [MessageHeader.terminalEvent]: JSON.stringify(event) } : {}),
      },
    });
  }

  private async planDurable(message: StreamMessage): Promise<void> {
    const byProvider = new Map<string, BundledRequest[]>();
    const refusals: Promise<void>[] = [];
    for (const request of readRequests(message)) {
      if (!this.handler.knows(request.facts)) await this.handler.catchUp(request.facts);
      const slip = this.planOrRefusal(request.facts);
      if (slip instanceof NoEligibleTarget) {
        refusals.push(this.handler.record(this.handler.refusalEvent(request.facts, slip)));
        continue;
      }
      const provider = slip.targets[0]?.provider ?? '';
      const bundle = byProvider.get(provider) ?? [];
      // Their guards stand in the worker, which does not know the keys.
      bundle.push({ ...request, facts: this.handler.bound(request.facts), slip });
      byProvider.set(provider, bundle);
    }
    const sent = [...byProvider].flatMap(([provider, requests]) =>
      encodeRequestBundles(requests).map((bundle) => this.assign(message, provider, bundle)),
    );
    await Promise.all([...sent, ...refusals]);
  }

  private async assign(message: StreamMessage, provider: string, { requests, bytes }: EncodedBundle): Promise<void> {
    const priority = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    const ids = requests.map(({ facts }) => facts.requestId);
    const headers = tracedHeaders(message, {
      [MessageHeader.requestId]: ids[0],
      [MessageHeader.bundle]: String(requests.length),
      [MessageHeader.redrivenFrom]: message.header(MessageHeader.redrivenFrom),
    });
    await this.publisher.publish(Subject.callAssignedDurable(provider, priority), bytes, {
      headers,
      // A request sent again by the sweeper is a new message of REQUESTS, and must not be taken for the lost one; nor must
      // another part of the same message be, should it be planned differently when it is delivered again.
      messageId: `${ids[0]}:${message.sequence}:${crc32(ids.join()).toString(36)}`,
    });
  }

  /**
   * Plans are made of facts and configuration alone: what fails otherwise than by a refusal is a defect, and fails again. It ends that
   * request, with the error in the log, rather than hold up the others of its message, or leave a caller waiting for nothing.
   */
  private planOrRefusal(facts: Facts): RoutingSlip | NoEligibleTarget {
    try {
      return this.handler.plan(facts);
    } catch (error) {
      if (error instanceof NoEligibleTarget) return error;
      this.logger.error({ requestId: facts.requestId, error }, 'a request could not be planned');
      return new NoEligibleTarget(
        'The request could not be planned because of an error inside Switchyard; its log says more.',
        'planning_failed',
        [],
      );
    }
  }

  private async refuse(message: IncomingMessage, facts: Facts, refusal: NoEligibleTarget): Promise<void> {
    const event = this.handler.refusalEvent(facts, refusal);
    const answer: AnswerHead = {
      status: refusal.status,
      attempts: 0,
      error: { class: refusal.errorClass, code: refusal.code, message: refusal.message },
      ...(refusal.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: refusal.retryAfterSeconds }),
    };
    if (message.reply !== undefined) this.tell(message.reply, answer, event);
    await this.handler.record(event);
    if (facts.ingress === undefined) return;
    this.messaging.publish(Subject.resultsRecorded(facts.ingress), JSON.stringify([facts.requestId]));
  }
}

/** The requests of a message: one with its facts in a header, or a bundle. */
function readRequests(message: StreamMessage): BundledRequest[] {
  if (message.header(MessageHeader.bundle) === undefined) {
    const claim = message.header(MessageHeader.bodyClaim);
    return [{ facts: factsOf(message), body: message.data, ...(claim === undefined ? {} : { claim }) }];
  }
  try {
    return decodeRequestBundle(message.data);
  } catch (error) {
    throw new Undeliverable(`the message holds no requests: ${(error as Error).message}`);
  }
}

function factsOf(message: IncomingMessage): Facts {
  const facts = message.header(MessageHeader.facts);
  if (facts === undefined) throw new Undeliverable('the message carries no facts');
  try {
    return readFacts(facts);
  } catch (error) {
    throw new Undeliverable(`the facts of the message cannot be read: ${(error as Error).message}`);
  }
}

function traced<T>(message: IncomingMessage, work: () => T): T {
  return withExtractedContext(
    (name) => message.header(name),
    () => withSpan('plan route', { kind: 'consumer' }, work),
  );
}

function headersWith(message: IncomingMessage, slip: RoutingSlip): Record<string, string | undefined> {
  return tracedHeaders(message, {
    [MessageHeader.facts]: message.header(MessageHeader.facts),
    [MessageHeader.slip]: JSON.stringify(slip),
    [MessageHeader.bodyClaim]: message.header(MessageHeader.bodyClaim),
  });
}

function tracedHeaders(
  message: IncomingMessage,
  headers: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const withTrace = {
    ...headers,
    [MessageHeader.traceParent]: message.header(MessageHeader.traceParent),
    [MessageHeader.traceState]: message.header(MessageHeader.traceState),
  };
  injectTraceContext((name, value) => Object.assign(withTrace, { [name]: value }));
  return withTrace;
}
