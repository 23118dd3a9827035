import { Injectable } from '@nestjs/common';
import type { AnswerHead, Attempt, Target } from '#libs/contracts';
import { ProviderFailure } from '../providers/provider-failure.js';
import { TargetHealth, type Admission } from '../watch-targets/target-health.js';
import { attemptCall, type AttemptProgress, type AttemptResult } from './attempt-call.js';
import { attemptMetrics } from './attempt-metrics.js';
import { attemptRecord } from './attempt-record.js';
import type { AssignedCall } from './assigned-call.js';
import { CallClock } from './call-clock.js';
import type { CallInProgress } from './call-in-progress.js';
import { ProviderDirectory } from './provider-directory.js';
import { limitsOf, timeLeft } from './time-left.policy.js';

/** One attempt that is to be made. */
export interface AttemptOrder {
  /** Its slip names the attempts before; its reply takes what the caller gets. */
  readonly call: AssignedCall;
  readonly target: Target;
  readonly inProgress: CallInProgress;
  readonly role?: Attempt['role'];
  /** Ends this attempt alone. */
  readonly signal?: AbortSignal;
}

/** What came of an attempt. `record` is absent where the target was not called. */
export type AttemptOutcome =
  | { readonly kind: 'answered'; readonly record: Attempt; readonly result: AttemptResult; readonly head: AttemptHead }
  | {
      readonly kind: 'failed';
      readonly record?: Attempt;
      readonly failure: ProviderFailure;
      /** Whether the caller has seen a byte of the answer. */
      readonly hasBegun: boolean;
    };

interface CallParts {
  readonly clock: CallClock;
  readonly head: AttemptHead;
  readonly role: Attempt['role'];
  readonly learn: Extract<Admission, { kind: 'go' }>['learn'];
}

/** What the caller learns of an attempt beside the answer. */
export type AttemptHead = Omit<AnswerHead, 'status'>;

/** Calls targets, one attempt at a time: only those that are well, and each leaves its mark on what is known of its target. */
@Injectable()
export class TargetAttempts {
  constructor(
    private readonly providers: ProviderDirectory,
    private readonly health: TargetHealth,
  ) {}

  /** Never throws for what a provider does; other errors are defects. */
  async make(order: AttemptOrder): Promise<AttemptOutcome> {
    const { target, call, inProgress } = order;
    const admission = await this.health.admit(target, call.facts);
    if (admission.kind === 'refused') {
      const { errorClass, retryAfterSeconds } = admission;
      const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      return { kind: 'failed', failure: new ProviderFailure(errorClass, '', details), hasBegun: false };
    }
    const head = headOf(order);
    inProgress.head = head;
    const now = Date.now();
    const limits = limitsOf(target.timeouts, call.facts);
    const clock = new CallClock(limits, timeLeft(call.facts, call.slip, { target, now }));
    inProgress.add(clock);
    try {
      const role = admission.isProbe ? 'probe' : order.role;
      return asOrdered(order, await this.call(order, { clock, head, role, learn: admission.learn }));
    } finally {
      inProgress.remove(clock);
      admission.release();
    }
  }

  private async call(
    { call, target, signal }: AttemptOrder,
    { clock, head, role, learn }: CallParts,
  ): Promise<AttemptOutcome> {
    const { facts, slip, body, reply } = call;
    const progress: AttemptProgress = { hasBegun: false };
    const endAlone = (): void => clock.abort(signal?.reason as ProviderFailure);
    if (signal?.aborted) endAlone();
    signal?.addEventListener('abort', endAlone, { once: true });
    try {
      const provider = await this.providers.find(target.provider, slip.decision.snapshotRevision);
      const providerCall = { facts, target, body, attempt: slip.attempts.length, signal: clock.signal };
      const result = await attemptCall(provider, providerCall, { clock, reply, head, progress, learn });
      clock.stop();
      const record = attemptRecord({ target, clock, progress, role, result });
      this.note(call, target, record);
      return { kind: 'answered', record, result, head };
    } catch (error) {
      clock.stop();
      if (!(error instanceof ProviderFailure)) throw error;
      const record = attemptRecord({ target, clock, progress, role, failure: error });
      this.note(call, target, record, error.retryAfterSeconds);
      return { kind: 'failed', record, failure: error, hasBegun: progress.hasBegun };
    }
  }

  private note({ facts }: AssignedCall, target: Target, record: Attempt, retryAfterSeconds?: number): void {
    attemptMetrics(facts, record);
    this.health.note(target, record, retryAfterSeconds);
  }
}

/** That an answer was gone on with says more of a call than that its target was being tried besides. */
function asOrdered({ role }: AttemptOrder, outcome: AttemptOutcome): AttemptOutcome {
  if (role !== 'rescue' || !outcome.record) return outcome;
  return { ...outcome, record: { ...outcome.record, role } };
}

function headOf({ target, call: { slip } }: AttemptOrder): AttemptHead {
  return {
    provider: target.provider,
    model: target.model,
    ...(target.servesModel === undefined ? {} : { servesModel: target.servesModel }),
    priceVersion: target.price.version,
    attempts: slip.attempts.length + 1,
  };
}
