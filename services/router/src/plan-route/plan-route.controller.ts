import { Controller } from '@nestjs/common';
import {
  Consumer,
  FrameKind,
  MessageHeader,
  QueueGroup,
  Subject,
  type AnswerHead,
  type Facts,
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
import { injectTraceContext, withExtractedContext, withSpan } from '#libs/telemetry';
import { ShadowCopies } from '../copy-request/shadow-copies.js';
import { PlanRouteHandler } from './plan-route.handler.js';

const MOST_DURABLE_PLANS_AT_ONCE = 512;

/** Takes accepted requests of both lanes and sends them on to the provider of their plan's first target. */
@Controller()
export class PlanRouteController {
  constructor(
    private readonly handler: PlanRouteHandler,
    private readonly messaging: Messaging,
    private readonly publisher: DurablePublisher,
    private readonly shadows: ShadowCopies,
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
    const facts = readFacts(message);
    const slip = this.planOrRefusal(facts);
    if (slip instanceof NoEligibleTarget) return this.refuse(message, facts, slip);
    const provider = slip.targets[0]?.provider ?? '';
    this.messaging.publish(Subject.callAssignedInteractive(provider), message.data, {
      headers: headersWith(message, slip),
      ...(message.reply === undefined ? {} : { reply: message.reply }),
    });
    this.shadows.copy(facts, message);
  }

  private async planDurable(message: StreamMessage): Promise<void> {
    const facts = readFacts(message);
    const slip = this.planOrRefusal(facts);
    if (slip instanceof NoEligibleTarget) return this.handler.record(this.handler.refusalEvent(facts, slip));
    const priority = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    await this.publisher.publish(Subject.callAssignedDurable(slip.targets[0]?.provider ?? '', priority), message.data, {
      headers: headersWith(message, slip),
      // A line sent again by the sweeper is a new message of REQUESTS, and must not be taken for the lost one.
      messageId: `${facts.requestId}:${message.sequence}`,
    });
  }

  private planOrRefusal(facts: Facts): RoutingSlip | NoEligibleTarget {
    try {
      return this.handler.plan(facts);
    } catch (error) {
      if (error instanceof NoEligibleTarget) return error;
      throw error;
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
    if (message.reply !== undefined) {
      this.messaging.publish(message.reply, '', {
        headers: {
          [MessageHeader.frame]: FrameKind.error,
          [MessageHeader.sequence]: '0',
          [MessageHeader.answer]: JSON.stringify(answer),
          [MessageHeader.terminalEvent]: JSON.stringify(event),
        },
      });
    }
    await this.handler.record(event);
    if (facts.ingress === undefined) return;
    this.messaging.publish(Subject.resultsRecorded(facts.ingress), JSON.stringify([facts.requestId]));
  }
}

function readFacts(message: IncomingMessage): Facts {
  const facts = message.header(MessageHeader.facts);
  if (facts === undefined) throw new Undeliverable('the message carries no facts');
  return JSON.parse(facts) as Facts;
}

function traced<T>(message: IncomingMessage, work: () => T): T {
  return withExtractedContext(
    (name) => message.header(name),
    () => withSpan('plan route', { kind: 'consumer' }, work),
  );
}

function headersWith(message: IncomingMessage, slip: RoutingSlip): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {
    [MessageHeader.facts]: message.header(MessageHeader.facts),
    [MessageHeader.slip]: JSON.stringify(slip),
    [MessageHeader.bodyClaim]: message.header(MessageHeader.bodyClaim),
    [MessageHeader.traceParent]: message.header(MessageHeader.traceParent),
    [MessageHeader.traceState]: message.header(MessageHeader.traceState),
  };
  injectTraceContext((name, value) => (headers[name] = value));
  return headers;
}
