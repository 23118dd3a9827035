import { Controller } from '@nestjs/common';
import {
  Consumer,
  MessageHeader,
  QueueGroup,
  Subject,
  SubjectPattern,
  type Attempt,
  type Facts,
  type RoutingSlip,
} from '#libs/contracts';
import {
  BodyClaims,
  ConsumeEach,
  DurablePublisher,
  Messaging,
  Subscribe,
  Undeliverable,
  type IncomingMessage,
  type StreamMessage,
} from '#libs/messaging';
import { withExtractedContext, withSpan } from '#libs/telemetry';
import { callerErrorOf } from './next-step.policy.js';
import { CallModelHandler, type AssignedCall, type NextStep } from './call-model.handler.js';
import { NatsReplyChannel, noReply, type ReplyChannel } from './reply-channel.js';
import { RunningCalls } from './running-calls.js';
import { modelSpan } from './model-span.js';

const MOST_DURABLE_CALLS = 512;
const PRIORITY_TOKEN = -1;

/** Takes calls of both lanes, hands them to the handler, and sends those that must go on to the next target's provider. */
@Controller()
export class CallModelController {
  constructor(
    private readonly handler: CallModelHandler,
    private readonly running: RunningCalls,
    private readonly messaging: Messaging,
    private readonly publisher: DurablePublisher,
    private readonly bodies: BodyClaims,
  ) {}

  @Subscribe(SubjectPattern.callAssignedInteractive, { queue: QueueGroup.worker })
  async callForWaitingCaller(message: IncomingMessage): Promise<void> {
    const { reply } = message;
    if (reply === undefined) return;
    const channel = new NatsReplyChannel(this.messaging, reply);
    if (!this.running.hasRoom) return channel.error({ attempts: 0, ...callerErrorOf('overloaded', '') }, '');
    const call = await this.read(message, channel);
    const next = await this.run(message, call);
    if (next.done) return;
    this.messaging.publish(Subject.callAssignedInteractive(next.target.provider), message.data, {
      headers: headersToGoOn(message, next.slip),
      reply,
    });
  }

  @ConsumeEach(Consumer.worker, { concurrency: MOST_DURABLE_CALLS })
  async callForJob(message: StreamMessage): Promise<void> {
    const call = await this.read(message, noReply, unknownAttempts(message));
    if (message.deliveries > Consumer.worker.deliveryLimit) {
      await this.handler.giveUp(call);
      throw new Undeliverable(`delivered ${message.deliveries} times without an end`);
    }
    const next = await this.run(message, call);
    if (next.done) return;
    const priority = message.subject.split('.').at(PRIORITY_TOKEN) ?? '';
    await this.publisher.publish(Subject.callAssignedDurable(next.target.provider, priority), message.data, {
      headers: headersToGoOn(message, next.slip),
      messageId: `${call.facts.requestId}:${message.sequence}:${next.slip.position}`,
    });
  }

  @Subscribe(SubjectPattern.callCancelled)
  cancel(message: IncomingMessage): void {
    this.running.cancel(message.subject.slice(message.subject.lastIndexOf('.') + 1));
  }

  private run(message: IncomingMessage, call: AssignedCall): Promise<NextStep> {
    return withExtractedContext(
      (name) => message.header(name),
      () => withSpan(...modelSpan(call), () => this.handler.handle(call)),
    );
  }

  /** Headers are written by our own services, so that they are trusted to have the contract's shape. */
  private async read(
    message: IncomingMessage,
    reply: ReplyChannel,
    earlier: (slip: RoutingSlip) => Attempt[] = () => [],
  ): Promise<AssignedCall> {
    const facts = JSON.parse(message.header(MessageHeader.facts) ?? 'null') as Facts | null;
    const slip = JSON.parse(message.header(MessageHeader.slip) ?? 'null') as RoutingSlip | null;
    if (!facts || !slip) throw new Undeliverable('the message carries no facts or no plan');
    const claim = message.header(MessageHeader.bodyClaim);
    const body = claim === undefined ? message.data : await this.bodies.get(claim);
    return { facts, slip: { ...slip, attempts: [...slip.attempts, ...earlier(slip)] }, body, reply };
  }
}

function headersToGoOn(message: IncomingMessage, slip: RoutingSlip): Record<string, string | undefined> {
  return {
    [MessageHeader.facts]: message.header(MessageHeader.facts),
    [MessageHeader.slip]: JSON.stringify(slip),
    [MessageHeader.bodyClaim]: message.header(MessageHeader.bodyClaim),
    [MessageHeader.traceParent]: message.header(MessageHeader.traceParent),
    [MessageHeader.traceState]: message.header(MessageHeader.traceState),
  };
}

/**
 * Earlier deliveries of the same message were taken by a process that is gone: whether it called the provider cannot be known,
 * so each stands in the record as an attempt in state `unknown`.
 */
function unknownAttempts(message: StreamMessage): (slip: RoutingSlip) => Attempt[] {
  return ({ targets, position }) => {
    const target = targets[position];
    if (!target) return [];
    return Array.from({ length: message.deliveries - 1 }, () => ({
      provider: target.provider,
      model: target.model,
      priceVersion: target.price.version,
      startedAt: message.timestampMilliseconds,
      durationMilliseconds: 0,
      outcome: 'unknown' as const,
      errorClass: 'worker_lost' as const,
    }));
  };
}
