import { Injectable } from '@nestjs/common';
import {
  encodeRequestEnded,
  type AnswerHead,
  type Attempt,
  type ErrorClass,
  type Facts,
  type RequestEnded,
} from '#libs/contracts';
import { GuardRefused } from '#libs/guards';
import { JobGuards } from '../guard-jobs/job-guards.js';
import { callerErrorOf } from '../handle-failure/caller-error.policy.js';
import { mayPass } from '../handle-failure/failure-rules.policy.js';
import { recordedError } from '../handle-failure/recorded-error.js';
import { nextPosition, stepAfter, type StepAfterFailure } from '../handle-failure/next-step.policy.js';
import { RetryBudget } from '../handle-failure/retry-budget.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { ContinuedReply } from '../rescue-stream/continued-reply.js';
import { StreamRescue } from '../rescue-stream/stream-rescue.js';
import { DurableAnswers } from '../record-result/durable-answers.js';
import { endedEvent } from '../record-result/ended-event.js';
import { ResultRecorder } from '../record-result/result-recorder.js';
import type { AssignedCall, NextStep, UncalledCall } from './assigned-call.js';
import { CallInProgress, WorkerLeaves } from './call-in-progress.js';
import { DurableSlots } from './durable-slots.js';
import { hedgedAttempt } from './hedged-attempt.js';
import { RunningCalls } from './running-calls.js';
import { TargetAttempts, type AttemptOutcome } from './target-attempts.js';
import { timeLeft, untilDeadline } from './time-left.policy.js';

type Answered = Extract<AttemptOutcome, { kind: 'answered' }>;
type Failed = Extract<AttemptOutcome, { kind: 'failed' }>;

/** Calls the target at which a plan stands, relays its answer and leaves the terminal event, or says where to go next. */
@Injectable()
export class CallModelHandler {
  private readonly retries = new RetryBudget();

  constructor(
    private readonly attempts: TargetAttempts,
    private readonly running: RunningCalls,
    private readonly answers: DurableAnswers,
    private readonly recorder: ResultRecorder,
    private readonly rescue: StreamRescue,
    private readonly slots: DurableSlots,
    private readonly guards: JobGuards,
  ) {}

  /** Resolves when the result is stored, or with the next target; of a job that has to go on elsewhere it is the same. */
  async handle(call: AssignedCall): Promise<NextStep> {
    const { facts, slip, reply } = call;
    if (isTooLate(facts)) return this.expire(call);
    const inProgress = new CallInProgress(facts, reply, slip.attempts.length);
    this.running.add(facts.requestId, inProgress);
    try {
      const guarded = await this.guards.guarded(call);
      return await this.callTarget({ ...guarded, reply: ContinuedReply.of(call) ?? reply }, inProgress);
    } catch (error) {
      if (!(error instanceof GuardRefused)) throw error;
      await this.endRefused(call, error);
      return { done: true };
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

  /** Calls the target at hand, again where that may help, until it answers or the plan has to go on. */
  private async callTarget(assigned: AssignedCall, inProgress: CallInProgress): Promise<NextStep> {
    let call = assigned;
    let lastMade: Failed | undefined;
    for (let retriesMade = 0; ;) {
      const release = call.facts.lane === 'durable' ? await this.slots.take() : undefined;
      if (release === 'leaving') return goOn(call, call.slip.position);
      const endedMeanwhile = inProgress.endedByFailure;
      if (endedMeanwhile) {
        release?.();
        return this.end(call, { kind: 'failed', failure: endedMeanwhile, hasBegun: false });
      }
      if (isTooLate(call.facts)) {
        release?.();
        return this.expire(call);
      }
      const { outcome, slip } = await this.attempt(call, inProgress, retriesMade > 0).finally(release);
      if (retriesMade === 0 && outcome.record && call.facts.lane === 'interactive') this.retries.deposit();
      call = { ...call, slip };
      if (outcome.kind === 'answered') {
        await this.complete(call, outcome);
        return { done: true };
      }
      // A target that is not called again is no news: the caller hears of the failure of the last call that was made.
      if (outcome.record) lastMade = outcome;
      if (outcome.hasBegun) return this.goOnWithStream(call, inProgress, outcome);
      const step = this.stepAfter(call, { outcome, lastMade, retriesMade });
      // A job that its target had no room for has not used up anything.
      if (outcome.record || call.facts.lane === 'interactive') retriesMade++;
      if (step.kind === 'give_up') return this.end(call, lastMade ?? outcome);
      if (step.kind === 'go_on') return goOn(call, step.position);
      try {
        await inProgress.wait(step.waitMilliseconds);
      } catch (error) {
        // What has been tried goes along, so that it is neither lost nor taken for a delivery that failed.
        if (error instanceof WorkerLeaves) return goOn(call, call.slip.position);
        if (!(error instanceof ProviderFailure)) throw error;
        return this.end(call, { kind: 'failed', failure: error, hasBegun: false });
      }
    }
  }

  /** One attempt, or two side by side where the plan says so; the slip then names what was tried. */
  private async attempt(
    call: AssignedCall,
    inProgress: CallInProgress,
    isRetry: boolean,
  ): Promise<{ outcome: AttemptOutcome; slip: AssignedCall['slip'] }> {
    const { slip } = call;
    const target = slip.targets[slip.position];
    if (!target) throw new Error(`the plan of ${call.facts.requestId} has no target at position ${slip.position}`);
    const order = { call, target, inProgress, ...(isRetry ? { role: 'retry' as const } : {}) };
    const afterMilliseconds = slip.execution?.hedgeAfterMilliseconds;
    const position = nextPosition(slip, 'first_byte_timeout', true);
    const second = position === undefined ? undefined : slip.targets[position];
    if (afterMilliseconds === undefined || !second || position === undefined || isRetry) {
      const outcome = await this.attempts.make(order);
      return { outcome, slip: withAttempts(slip, [outcome.record]) };
    }
    const hedged = await hedgedAttempt(this.attempts, { ...order, second, afterMilliseconds });
    const tried = withAttempts(slip, [hedged.other, hedged.outcome.record]);
    return { outcome: hedged.outcome, slip: hedged.usedSecond ? { ...tried, position } : tried };
  }

  /** The caller has seen a part of the answer: it is gone on with, where the plan wants that, or it ends here. */
  private async goOnWithStream(call: AssignedCall, inProgress: CallInProgress, failed: Failed): Promise<NextStep> {
    const { slip, outcome } = await this.rescue.goOn({ call, inProgress, failed });
    if (outcome.kind === 'failed') return this.end({ ...call, slip }, outcome);
    await this.complete({ ...call, slip }, outcome);
    return { done: true };
  }

  private stepAfter(
    { facts, slip }: AssignedCall,
    { outcome, lastMade, retriesMade }: { outcome: Failed; lastMade: Failed | undefined; retriesMade: number },
  ): StepAfterFailure {
    const target = slip.targets[slip.position];
    if (!target) return { kind: 'give_up' };
    const now = Date.now();
    return stepAfter({
      failure: {
        // A target that is not called again is judged by what its last call came to.
        errorClass: (lastMade ?? outcome).failure.errorClass,
        retryAfterSeconds: outcome.failure.retryAfterSeconds,
      },
      lane: facts.lane,
      slip,
      retriesMade,
      wasCalled: outcome.record !== undefined,
      leftMilliseconds: timeLeft(facts, slip, { target, now }),
      untilDeadlineMilliseconds: untilDeadline(facts, slip, now),
      // Waiting for a target that was not called adds no call to what it gets.
      mayRetry: () => facts.lane === 'durable' || outcome.record === undefined || this.retries.withdraw(),
      random: Math.random,
    });
  }

  /**
   * What the caller hears. Where the last target cannot do what is asked for, but an earlier one only had a bad moment, it is that
   * moment: asking again may help.
   */
  private told({ slip: { attempts } }: UncalledCall, failure: ProviderFailure): ReturnType<typeof callerErrorOf> {
    const passing = attempts.findLast(({ errorClass }) => errorClass !== undefined && mayPass(errorClass))?.errorClass;
    if (failure.errorClass === 'unsupported' && passing) return callerErrorOf(passing, '');
    return callerErrorOf(failure.errorClass, failure.message, failure.refusal);
  }

  /** Nobody is called for what nobody waits for any more. */
  private async expire(call: UncalledCall): Promise<NextStep> {
    await this.refuse(call, 'expired');
    return { done: true };
  }

  private async end(call: AssignedCall, { failure, hasBegun }: Failed): Promise<NextStep> {
    await this.fail(call, failure, hasBegun);
    return { done: true };
  }

  private async complete(call: AssignedCall, answered: Pick<Answered, 'result' | 'head'>): Promise<void> {
    const { guard } = call;
    const body = answered.result.body ?? call.streamed?.gathered();
    if (!guard || !body) return this.completeWith(call, answered, body);
    try {
      const passed = await guard.answer(body, answered.result.contentType);
      const guardVerdicts = [...(call.facts.guardVerdicts ?? []), ...passed.verdicts];
      await this.completeWith({ ...call, facts: { ...call.facts, guardVerdicts } }, answered, passed.body);
    } catch (error) {
      if (!(error instanceof GuardRefused)) throw error;
      await this.endRefused(call, error);
    }
  }

  /** A guard refused the request, and nobody was called; or the answer, which was paid for. */
  private async endRefused({ facts, slip, reply }: UncalledCall, refused: GuardRefused): Promise<void> {
    const { status, code, message, refusal } = refused;
    const errorClass = code === 'guard_blocked' ? 'content_filter' : 'connection';
    const before = refusal.on === 'answer' ? (facts.guardVerdicts ?? []) : [];
    const guarded = { slip, facts: { ...facts, guardVerdicts: [...before, ...refusal.verdicts] } };
    const error = { class: errorClass, status, code, message } as const;
    const event = endedEvent(guarded, slip.attempts, { outcome: 'failed', hasBegun: refusal.on === 'answer', error });
    const text = encodeRequestEnded(event);
    reply.error({ status, attempts: slip.attempts.length, error: { class: errorClass, code, message } }, text);
    await this.recorder.record(event, text, facts.ingress);
  }

  private async completeWith(
    call: AssignedCall,
    { result, head }: Pick<Answered, 'result' | 'head'>,
    body: Uint8Array | undefined,
  ): Promise<void> {
    const { facts, slip, reply } = call;
    const answer = body && (await this.answers.keep(facts, body, result.contentType));
    const { finishReason } = result;
    const answered = slip.targets.find(({ provider, model }) => provider === head.provider && model === head.model);
    const isTold = answered?.unsupported !== 'drop';
    const warnings = result.warnings && isTold ? { warnings: result.warnings } : {};
    const kept = answer && withWhatIsTold(facts, answer, { servesModel: head.servesModel, ...warnings });
    const event = endedEvent(call, slip.attempts, { outcome: 'completed', result: { finishReason, answer: kept } });
    const answerHead = {
      ...head,
      attempts: slip.attempts.length,
      status: 200,
      contentType: result.contentType,
      ...warnings,
      ...(event.costNanoUsd === undefined ? {} : { costNanoUsd: event.costNanoUsd }),
    };
    const text = encodeRequestEnded(event);
    if (result.body) reply.whole(result.body, answerHead, text);
    else reply.end(answerHead, text);
    await this.recorder.record(event, text, facts.ingress);
  }

  private async fail(call: UncalledCall, failure: ProviderFailure, hasBegun: boolean): Promise<void> {
    const told = this.told(call, failure);
    const { status, error } = told;
    const { errorClass } = failure;
    const outcome = errorClass === 'cancelled' || errorClass === 'expired' ? errorClass : 'failed';
    const recorded = recordedError(failure, told, call.facts.job !== undefined);
    const event = endedEvent(call, call.slip.attempts, { outcome, hasBegun, error: recorded });
    const last = call.slip.attempts.at(-1);
    const head = {
      status,
      error,
      attempts: call.slip.attempts.length,
      ...(last ? { provider: last.provider, model: last.model } : {}),
      ...(event.costNanoUsd === undefined ? {} : { costNanoUsd: event.costNanoUsd }),
      ...(failure.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: Math.ceil(failure.retryAfterSeconds) }),
    };
    const text = encodeRequestEnded(event);
    call.reply.error(head, text, failure.quotesProvider ? failure.message : undefined);
    await this.recorder.record(event, text, call.facts.ingress);
  }
}

/** Of a request of the durable lane that waited in queues until its time was over. */
function isTooLate({ lane, deadline }: AssignedCall['facts']): boolean {
  return lane === 'durable' && deadline !== undefined && deadline <= Date.now();
}

function goOn({ slip }: AssignedCall, position: number): NextStep {
  const target = slip.targets[position];
  if (!target) throw new Error(`the plan has no target at position ${position}`);
  return { done: false, slip: { ...slip, position }, target };
}

function withAttempts(slip: AssignedCall['slip'], made: readonly (Attempt | undefined)[]): AssignedCall['slip'] {
  const known = made.filter((attempt) => attempt !== undefined);
  return known.length === 0 ? slip : { ...slip, attempts: [...slip.attempts, ...known] };
}

/** Nobody waits for a job's answer, so what its head would have told goes along; the file of a batch has no place for it. */
function withWhatIsTold(
  { job }: Facts,
  answer: NonNullable<RequestEnded['answer']>,
  { servesModel, warnings }: Pick<AnswerHead, 'servesModel' | 'warnings'>,
): RequestEnded['answer'] {
  if (!job || !('jobId' in job)) return answer;
  return { ...answer, ...(servesModel === undefined ? {} : { servesModel }), ...(warnings ? { warnings } : {}) };
}
