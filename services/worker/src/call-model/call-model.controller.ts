import { Controller } from '@nestjs/common';
import { MessageHeader, QueueGroup, Subject, SubjectPattern, type RoutingSlip } from '#libs/contracts';
import { BodyClaims, Messaging, Subscribe, type IncomingMessage } from '#libs/messaging';
import { Logger, withExtractedContext, withSpan } from '#libs/telemetry';
import { PayloadCapture } from '../capture-payload/payload-capture.js';
import { callerErrorOf } from '../handle-failure/caller-error.policy.js';
import { AnswerKeeper } from '../keep-answer/answer-keeper.js';
import type { AssignedCall, NextStep } from './assigned-call.js';
import { CallerDelays } from './caller-delays.js';
import { CallModelHandler } from './call-model.handler.js';
import { DoubleReply } from '../keep-stream/double-reply.js';
import { LoggedReply } from '../keep-stream/logged-reply.js';
import { NatsReplyChannel, type ReplyChannel } from './reply-channel.js';
import { readAssignment, type Assignment } from './read-assignment.js';
import { RunningCalls } from './running-calls.js';
import { modelSpan } from './model-span.js';

/** Takes calls of waiting callers, hands them to the handler, and sends those that must go on to the next target's provider. */
@Controller()
export class CallModelController {
  constructor(
    private readonly handler: CallModelHandler,
    private readonly running: RunningCalls,
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
    private readonly logger: Logger,
    private readonly keeper: AnswerKeeper,
    private readonly delays: CallerDelays,
    private readonly payloads: PayloadCapture,
  ) {}

  @Subscribe(SubjectPattern.callAssignedInteractive, { queue: QueueGroup.worker })
  async callForWaitingCaller(message: IncomingMessage): Promise<void> {
    const { reply } = message;
    if (reply === undefined) return;
    const call = await this.readForWaitingCaller(message, new NatsReplyChannel(this.messaging, reply));
    if (!call) return;
    const captured = this.payloads.of(this.keeper.keeping(call));
    const next = await this.run(message, captured.call);
    if (next.done) return captured.kept();
    this.messaging.publish(Subject.callAssignedInteractive(next.target.provider), message.data, {
      headers: headersToGoOn(message, next.slip),
      reply,
    });
  }

  @Subscribe(SubjectPattern.callCancelled)
  cancel(message: IncomingMessage): void {
    this.running.cancel(message.subject.slice(message.subject.lastIndexOf('.') + 1));
  }

  @Subscribe(SubjectPattern.batchCallsCancelled)
  cancelBatch(message: IncomingMessage): void {
    const batchId = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    this.running.cancelBatch(batchId, Buffer.from(message.data).toString() === 'running');
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
    if (assignment.slip.attempts.length === 0) this.delays.note(assignment.facts);
    if (!this.running.hasRoom) {
      await this.handler.refuse({ ...assignment, reply }, 'overloaded');
      return undefined;
    }
    try {
      const { facts, slip } = assignment;
      const kept = facts.resumable ? new LoggedReply(this.messaging, facts, slip.attempts.length) : undefined;
      return { ...assignment, body: await this.bodyOf(message), reply: kept ? new DoubleReply(reply, kept) : reply };
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
