import { Injectable } from '@nestjs/common';
import {
  encodeRequestEnded,
  type AnswerHead,
  type Attempt,
  type ErrorClass,
  type Facts,
  type RoutingSlip,
  type Target,
} from '#libs/contracts';
import { DurableAnswers } from '../record-result/durable-answers.js';
import { ResultRecorder } from '../record-result/result-recorder.js';
import { endedEvent } from '../record-result/ended-event.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { attemptCall, type AttemptProgress, type AttemptResult } from './attempt-call.js';
import { attemptMetrics } from './attempt-metrics.js';
import { CallClock } from './call-clock.js';
import { callerErrorOf, mayNextTargetCure } from './next-step.policy.js';
import { ProviderDirectory } from './provider-directory.js';
import type { ReplyChannel } from './reply-channel.js';
import { RunningCalls } from './running-calls.js';

/** A call as it came: whose, along which plan, with which body, and the way back. */
export interface AssignedCall {
  readonly facts: Facts;
  readonly slip: RoutingSlip;
  readonly body: Uint8Array;
  readonly reply: ReplyChannel;
}

/** A call that ends without being made needs no body. */
export type UncalledCall = Omit<AssignedCall, 'body'>;

/** What is to be done after an attempt: nothing more, or the same message sent on to the plan's next target. */
export type NextStep = { done: true } | { done: false; slip: RoutingSlip; target: Target };

interface RunningAttempt {
  readonly call: AssignedCall;
  readonly target: Target;
  readonly head: Omit<AnswerHead, 'status'>;
  readonly clock: CallClock;
  readonly progress: AttemptProgress;
}

/** Calls the target at which a plan stands, relays its answer and leaves the terminal event, or says where to go next. */
@Injectable()
export class CallModelHandler {
  constructor(
    private readonly providers: ProviderDirectory,
    private readonly running: RunningCalls,
    private readonly answers: DurableAnswers,
    private readonly recorder: ResultRecorder,
  ) {}

  /** Resolves when the result is stored, or with the next target. */
  async handle(call: AssignedCall): Promise<NextStep> {
    const { facts, slip } = call;
    const target = slip.targets[slip.position];
    if (!target) throw new Error(`the plan of ${facts.requestId} has no target at position ${slip.position}`);
    const clock = new CallClock(target.timeouts, leftOfTotal(slip, target));
    const head = {
      provider: target.provider,
      model: target.model,
      priceVersion: target.price.version,
      attempts: slip.attempts.length + 1,
    };
    const attempt: RunningAttempt = { call, target, head, clock, progress: { hasBegun: false } };
    this.running.add(facts.requestId, { clock, reply: call.reply, head, lane: facts.lane });
    try {
      const result = await this.attempt(attempt);
      clock.stop();
      await this.complete(attempt, result);
      return { done: true };
    } catch (error) {
      clock.stop();
      if (!(error instanceof ProviderFailure)) throw error;
      return await this.failOver(attempt, error);
    } finally {
      this.running.remove(facts.requestId);
    }
  }

  /** Ends a request that has been delivered too often: some process dies of it, or never finishes. */
  async giveUp(call: UncalledCall): Promise<void> {
    await this.refuse(call, 'delivery_limit');
  }

  /** Ends a request without calling anybody; resolves when its terminal event is stored. */
  async refuse(call: UncalledCall, errorClass: ErrorClass): Promise<void> {
    await this.fail(call, new ProviderFailure(errorClass, ''), false);
  }

  private async attempt({ call, target, head, clock, progress }: RunningAttempt): Promise<AttemptResult> {
    const { facts, slip, body, reply } = call;
    return attemptCall(
      await this.providers.find(target.provider, slip.decision.snapshotRevision),
      { facts, target, body, attempt: slip.attempts.length, signal: clock.signal },
      { clock, reply, head, progress },
    );
  }

  private async complete(attempt: RunningAttempt, result: AttemptResult): Promise<void> {
    const { call } = attempt;
    const record = attemptRecord(attempt, 'succeeded', result);
    attemptMetrics(call.facts, record);
    const attempts = [...call.slip.attempts, record];
    const answer = result.body && (await this.answers.keep(call.facts, result.body));
    const { finishReason } = result;
    const event = endedEvent(call, attempts, { outcome: 'completed', result: { finishReason, answer } });
    const head = {
      ...attempt.head,
      status: 200,
      contentType: result.contentType,
      ...(result.warnings && attempt.target.unsupported !== 'drop' ? { warnings: result.warnings } : {}),
      ...(event.costNanoUsd === undefined ? {} : { costNanoUsd: event.costNanoUsd }),
    };
    const text = encodeRequestEnded(event);
    if (result.body) call.reply.whole(result.body, head, text);
    else call.reply.end(head, text);
    await this.recorder.record(event, text, call.facts.ingress);
  }

  private async failOver(attempt: RunningAttempt, failure: ProviderFailure): Promise<NextStep> {
    const { call, target, progress } = attempt;
    const record = attemptRecord(
      attempt,
      failure.errorClass === 'cancelled' ? 'cancelled' : 'failed',
      progress,
      failure,
    );
    attemptMetrics(call.facts, record);
    const slip = { ...call.slip, attempts: [...call.slip.attempts, record], position: call.slip.position + 1 };
    const next = slip.targets[slip.position];
    const hasTime = leftOfTotal(slip, target) > 0;
    if (next && hasTime && !progress.hasBegun && mayNextTargetCure(failure.errorClass)) {
      return { done: false, slip, target: next };
    }
    await this.fail({ ...call, slip }, failure, progress.hasBegun);
    return { done: true };
  }

  private async fail(call: UncalledCall, failure: ProviderFailure, hasBegun: boolean): Promise<void> {
    const { status, error } = callerErrorOf(failure.errorClass, failure.message, failure.refusal);
    const outcome = failure.errorClass === 'cancelled' ? 'cancelled' : 'failed';
    const event = endedEvent(call, call.slip.attempts, { outcome, hasBegun, error: { ...error, status } });
    const last = call.slip.attempts.at(-1);
    const head = {
      status,
      error,
      attempts: call.slip.attempts.length,
      ...(last ? { provider: last.provider, model: last.model } : {}),
      ...(event.costNanoUsd === undefined ? {} : { costNanoUsd: event.costNanoUsd }),
      ...(failure.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: failure.retryAfterSeconds }),
    };
    const text = encodeRequestEnded(event);
    call.reply.error(head, text);
    await this.recorder.record(event, text, call.facts.ingress);
  }
}

/** What is left of the time for the whole call, earlier attempts included; time in a queue between them does not count. */
function leftOfTotal({ attempts }: RoutingSlip, { timeouts }: Target): number {
  const spent = attempts.reduce((sum, { durationMilliseconds }) => sum + durationMilliseconds, 0);
  return Math.max(0, timeouts.totalMilliseconds - spent);
}

function attemptRecord(
  { target, clock, progress }: RunningAttempt,
  outcome: Attempt['outcome'],
  known: Partial<Pick<AttemptResult, 'usage' | 'usageBasis' | 'upstreamId' | 'warnings'>>,
  failure?: ProviderFailure,
): Attempt {
  const status = failure?.status ?? progress.status;
  return {
    provider: target.provider,
    model: target.model,
    priceVersion: target.price.version,
    startedAt: clock.startedAt,
    durationMilliseconds: clock.durationMilliseconds,
    ...(clock.firstByteMilliseconds === undefined ? {} : { firstByteMilliseconds: clock.firstByteMilliseconds }),
    outcome,
    ...(failure ? { errorClass: failure.errorClass, errorMessage: failure.message.slice(0, 2_000) } : {}),
    ...(status === undefined ? {} : { status }),
    ...(known.upstreamId === undefined ? {} : { upstreamId: known.upstreamId }),
    ...(known.warnings ? { warnings: known.warnings } : {}),
    ...(known.usage ? { usage: known.usage, usageBasis: known.usageBasis ?? 'estimate' } : {}),
  };
}
