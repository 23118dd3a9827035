import { Controller } from '@nestjs/common';
import {
  Consumer,
  MessageHeader,
  QueueGroup,
  Subject,
  SubjectPattern,
  type Attempt,
  type RoutingSlip,
} from '#libs/contracts';
import {
  BodyClaims,
  ConsumeEach,
  DurablePublisher,
  Messaging,
  MessagingError,
  Subscribe,
  Undeliverable,
  type IncomingMessage,
  type StreamMessage,
} from '#libs/messaging';
import { Logger, withExtractedContext, withSpan } from '#libs/telemetry';
import { callerErrorOf } from '../handle-failure/caller-error.policy.js';
import { AnswerKeeper } from '../keep-answer/answer-keeper.js';
import type { AssignedCall, NextStep } from './assigned-call.js';
import { CallModelHandler } from './call-model.handler.js';
import { JobReplies } from '../keep-stream/job-replies.js';
import { NatsReplyChannel, noReply, type ReplyChannel } from './reply-channel.js';
import { readAssignment, type Assignment } from './read-assignment.js';
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
    private readonly logger: Logger,
    private readonly keeper: AnswerKeeper,
    private readonly jobReplies: JobReplies,
  ) {}

  @Subscribe(SubjectPattern.callAssignedInteractive, { queue: QueueGroup.worker })
  async callForWaitingCaller(message: IncomingMessage): Promise<void> {
    const { reply } = message;
    if (reply === undefined) return;
    const call = await this.readForWaitingCaller(message, new NatsReplyChannel(this.messaging, reply));
    if (!call) return;
    const next = await this.run(message, this.keeper.keeping(call));
    if (next.done) return;
    this.messaging.publish(Subject.callAssignedInteractive(next.target.provider), message.data, {
      headers: headersToGoOn(message, next.slip),
      reply,
    });
  }

  @ConsumeEach(Consumer.worker, { concurrency: MOST_DURABLE_CALLS })
  async callForJob(message: StreamMessage): Promise<void> {
    const { facts, slip } = readAssignment(message);
    const known = { ...slip, attempts: [...slip.attempts, ...unknownAttempts(message, slip)] };
    if (message.deliveries > Consumer.worker.deliveryLimit) {
      await this.handler.giveUp({ facts, slip: known, reply: noReply });
      throw new Undeliverable(`delivered ${message.deliveries} times without an end`);
    }
    const body = await this.bodyForJob(message);
    if (!body) return this.handler.refuse({ facts, slip: known, reply: noReply }, 'body_unavailable');
    const next = await this.run(message, { facts, slip: known, body, ...this.jobReplies.of(facts) });
    if (next.done) return;
    const priority = message.subject.split('.').at(PRIORITY_TOKEN) ?? '';
    await this.publisher.publish(Subject.callAssignedDurable(next.target.provider, priority), message.data, {
      headers: headersToGoOn(message, next.slip),
      messageId: `${facts.requestId}:${message.sequence}:${next.slip.position}`,
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

  /** The call, or nothing where it cannot be made: then the caller has been told, and the request is on record. */
  private async readForWaitingCaller(message: IncomingMessage, reply: ReplyChannel): Promise<AssignedCall | undefined> {
    const assignment = this.assignmentOf(message, reply);
    if (!assignment) return undefined;
    if (!this.running.hasRoom) {
      await this.handler.refuse({ ...assignment, reply }, 'overloaded');
      return undefined;
    }
    try {
      return { ...assignment, body: await this.bodyOf(message), reply };
    } catch (error) {
      this.logger.warn({ requestId: assignment.facts.requestId, error }, 'the body of a call cannot be read');
    }
    await this.handler.refuse({ ...assignment, reply }, 'body_unavailable');
    return undefined;
  }

  private assignmentOf(message: IncomingMessage, reply: ReplyChannel): Assignment | undefined {
    try {
      return readAssignment(message);
    } catch (error) {
      this.logger.warn({ error }, 'the headers of a call cannot be read');
      // Nothing here to make a terminal event of: the ingress, which has the facts, records the end.
      reply.error({ attempts: 0, ...callerErrorOf('body_unavailable', '') }, '');
      return undefined;
    }
  }

  /** The body of a job, or nothing where it is gone for good; a bucket that does not answer may do so at a later delivery. */
  private async bodyForJob(message: StreamMessage): Promise<Uint8Array | undefined> {
    try {
      return await this.bodyOf(message);
    } catch (error) {
      const mayPass = error instanceof MessagingError && error.retryable;
      if (mayPass && message.deliveries < Consumer.worker.deliveryLimit) throw error;
      this.logger.warn({ sequence: message.sequence, error }, 'the body of a job cannot be read');
      return undefined;
    }
  }

  private async bodyOf(message: IncomingMessage): Promise<Uint8Array> {
    const claim = message.header(MessageHeader.bodyClaim);
    return claim === undefined ? message.data : this.bodies.get(claim);
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
function unknownAttempts(
  { deliveries, timestampMilliseconds }: StreamMessage,
  { targets, position }: RoutingSlip,
): Attempt[] {
  const target = targets[position];
  if (!target) return [];
  return Array.from({ length: deliveries - 1 }, () => ({
    provider: target.provider,
    model: target.model,
    priceVersion: target.price.version,
    startedAt: timestampMilliseconds,
    durationMilliseconds: 0,
    outcome: 'unknown' as const,
    errorClass: 'worker_lost' as const,
  }));
}
