import { Controller } from '@nestjs/common';
import {
  Consumer,
  encodeRequestBundle,
  MessageHeader,
  Subject,
  type Attempt,
  type BundledRequest,
  type RoutingSlip,
} from '#libs/contracts';
import {
  BodyClaims,
  ConsumeEach,
  DurablePublisher,
  MessagingError,
  Undeliverable,
  type StreamMessage,
} from '#libs/messaging';
import { Logger, withExtractedContext, withSpan } from '#libs/telemetry';
import { PayloadCapture } from '../capture-payload/payload-capture.js';
import { JobReplies } from '../keep-stream/job-replies.js';
import type { AssignedCall, NextStep } from './assigned-call.js';
import { CallModelHandler } from './call-model.handler.js';
import { DurableSlots, MOST_HELD_REQUESTS } from './durable-slots.js';
import { modelSpan } from './model-span.js';
import { OpenRequests } from './open-requests.js';
import { readAssignments, type JobAssignment } from './read-assignment.js';
import { noReply } from './reply-channel.js';

const PRIORITY_TOKEN = -1;

/**
 * Takes calls of the durable lane, several in a message, hands them to the handler, and sends those that must go on to the next
 * target's provider. A message is settled when each of its requests has ended or gone on.
 */
@Controller()
export class CallJobsController {
  constructor(
    private readonly handler: CallModelHandler,
    private readonly slots: DurableSlots,
    private readonly open: OpenRequests,
    private readonly publisher: DurablePublisher,
    private readonly bodies: BodyClaims,
    private readonly jobReplies: JobReplies,
    private readonly payloads: PayloadCapture,
    private readonly logger: Logger,
  ) {}

  @ConsumeEach(Consumer.worker, { concurrency: MOST_HELD_REQUESTS })
  async callForJobs(message: StreamMessage): Promise<void> {
    const assignments = await this.stillOpen(message, readAssignments(message));
    if (message.deliveries > Consumer.worker.deliveryLimit) {
      await this.giveUp(assignments);
      throw new Undeliverable(`delivered ${message.deliveries} times without an end`);
    }
    const release = this.slots.hold(assignments.length);
    try {
      const ends = await Promise.allSettled(assignments.map((assignment) => this.callAndCount(message, assignment)));
      const failed = ends.find((end) => end.status === 'rejected');
      if (!failed) return;
      if (message.deliveries >= Consumer.worker.deliveryLimit) {
        await this.giveUp(assignments.filter((_, index) => isForGood(ends[index])));
      }
      throw failed.reason;
    } finally {
      release();
    }
  }

  /** Resolves when these have ended: what failed so often would only be called again, and paid for, until its time is over. */
  private async giveUp(assignments: readonly JobAssignment[]): Promise<void> {
    await Promise.all(
      assignments.map(async ({ facts, slip, claim }) => {
        await this.handler.giveUp({ facts, slip, reply: noReply });
        await this.removeBody(claim);
      }),
    );
  }

  /**
   * Of a message that comes again, or was buried and sent again, only what has not ended: a process that is gone may have ended a part
   * of it. Whether it called the provider for the rest cannot be known, so each delivery stands in the record as an attempt in state
   * `unknown`.
   */
  private async stillOpen(
    message: StreamMessage,
    assignments: readonly JobAssignment[],
  ): Promise<readonly JobAssignment[]> {
    const isNew = message.deliveries <= 1 && message.header(MessageHeader.redrivenFrom) === undefined;
    if (isNew) return assignments;
    const open = await this.open.among(assignments.map(({ facts }) => facts.requestId));
    return assignments
      .filter(({ facts }) => open.has(facts.requestId))
      .map(({ slip, ...rest }) => ({
        ...rest,
        slip: { ...slip, attempts: [...slip.attempts, ...unknownAttempts(message, slip)] },
      }));
  }

  private async callAndCount(message: StreamMessage, assignment: JobAssignment): Promise<void> {
    try {
      await this.call(message, assignment);
    } finally {
      this.slots.done();
    }
  }

  private async call(message: StreamMessage, assignment: JobAssignment): Promise<void> {
    const { facts, slip } = assignment;
    const body = await this.bodyOf(message, assignment);
    if (!body) return this.withoutBody(assignment);
    const captured = this.payloads.of({ facts, slip, body, ...this.jobReplies.of(facts, slip) });
    const next = await this.run(message, captured.call);
    await captured.kept();
    if (!next.done) return this.sendOn(message, { ...assignment, slip: next.slip }, next.target.provider);
    await this.removeBody(assignment.claim);
  }

  /** The bucket is everybody's, and nobody reads this again once its request has ended; what cannot be removed now goes by its age. */
  private async removeBody(claim: string | undefined): Promise<void> {
    if (claim !== undefined) await this.bodies.remove(claim).catch(() => undefined);
  }

  private async sendOn(
    message: StreamMessage,
    request: BundledRequest & JobAssignment,
    provider: string,
  ): Promise<void> {
    const { facts, slip } = request;
    const priority = message.subject.split('.').at(PRIORITY_TOKEN) ?? '';
    await this.publisher.publish(Subject.callAssignedDurable(provider, priority), encodeRequestBundle([request]), {
      headers: {
        [MessageHeader.requestId]: facts.requestId,
        [MessageHeader.bundle]: '1',
        [MessageHeader.traceParent]: message.header(MessageHeader.traceParent),
        [MessageHeader.traceState]: message.header(MessageHeader.traceState),
      },
      messageId: `${facts.requestId}:${message.sequence}:${slip.position}`,
    });
  }

  private run(message: StreamMessage, call: AssignedCall): Promise<NextStep> {
    return withExtractedContext(
      (name) => message.header(name),
      () => withSpan(...modelSpan(call), () => this.handler.handle(call)),
    );
  }

  /** The body of a job, or nothing where it is gone from the bucket; one that does not answer may do so at a later delivery. */
  private async bodyOf(message: StreamMessage, { claim, body }: JobAssignment): Promise<Uint8Array | undefined> {
    if (claim === undefined) return body;
    try {
      return await this.bodies.get(claim);
    } catch (error) {
      if (!(error instanceof MessagingError) || error.code !== 'gone') throw error;
      this.logger.warn({ sequence: message.sequence, error }, 'the body of a job is not in the bucket any more');
      return undefined;
    }
  }

  /**
   * Bodies rest in the bucket for hours, and lines and jobs may wait for a day: those have theirs in the book, and are put on their way
   * anew by the jobs service, which finds them lost. Of any other request nobody has it any more.
   */
  private async withoutBody({ facts, slip }: JobAssignment): Promise<void> {
    if (facts.job === undefined) await this.handler.refuse({ facts, slip, reply: noReply }, 'body_unavailable');
  }
}

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
    ...(target.region === undefined ? {} : { region: target.region }),
    startedAt: timestampMilliseconds,
    durationMilliseconds: 0,
    outcome: 'unknown' as const,
    errorClass: 'worker_lost' as const,
  }));
}

/** Whether a request failed in a way that no outage explains. */
function isForGood(end: PromiseSettledResult<void> | undefined): boolean {
  if (end?.status !== 'rejected') return false;
  const { reason } = end as { reason: unknown };
  return !(reason instanceof Error && 'retryable' in reason && reason.retryable === true);
}
