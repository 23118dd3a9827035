import { Injectable } from '@nestjs/common';
import type { Attempt, RoutingSlip, Usage } from '#libs/contracts';
import { DialectError, dialectNamed, type ContinuationStyle } from '#libs/dialects';
import { costOf } from '#libs/pricing';
import type { AssignedCall } from '../call-model/assigned-call.js';
import type { CallInProgress } from '../call-model/call-in-progress.js';
import { TargetAttempts, type AttemptOutcome } from '../call-model/target-attempts.js';
import { timeLeft } from '../call-model/time-left.policy.js';
import { ruleFor } from '../handle-failure/failure-rules.policy.js';
import { nextPosition } from '../handle-failure/next-step.policy.js';
import { continuationStyles } from './continuation-styles.policy.js';
import { ContinuedReply, type Before } from './continued-reply.js';

type Failed = Extract<AttemptOutcome, { kind: 'failed' }>;
type Answered = Extract<AttemptOutcome, { kind: 'answered' }>;

/** A stream that broke off, and the call it belongs to; its slip names the attempt. */
export interface BrokenStream {
  readonly call: AssignedCall;
  readonly inProgress: CallInProgress;
  readonly failed: Failed;
}

/** What came of a rescue: the whole answer, or the failure that the caller is told; the slip names what was tried. */
export interface RescueOutcome {
  readonly slip: RoutingSlip;
  readonly outcome: Failed | Pick<Answered, 'kind' | 'result' | 'head'>;
}

/** One call of one target for the rest of an answer. */
interface RescueAttempt {
  readonly slip: RoutingSlip;
  readonly style: ContinuationStyle;
}

/** Only these of the failures on the way count more than the one that broke the stream off. */
const ENDS_THE_CALL: ReadonlySet<string> = new Set(['cancelled', 'worker_lost']);
/** `unsupported` is the refusal of a prefill that is known for one. */
const REFUSES_THE_REST: ReadonlySet<string> = new Set(['invalid_request', 'unsupported']);

/**
 * Goes on with a stream that broke off after the caller had seen a part of it: the plan's next targets are asked for the rest of
 * the text until one comes to its end. Here, in the process that holds the caller's way back.
 */
@Injectable()
export class StreamRescue {
  constructor(private readonly attempts: TargetAttempts) {}

  /** Resolves with the failure as it was where there is nothing to be done. */
  async goOn(broken: BrokenStream): Promise<RescueOutcome> {
    const { call, failed } = broken;
    const { reply } = call;
    let { slip } = call;
    if (!(reply instanceof ContinuedReply) || !failed.record) return { slip, outcome: failed };
    const from = slip.attempts.length - 1;
    for (let last = failed; ;) {
      if (ENDS_THE_CALL.has(last.failure.errorClass)) return { slip, outcome: { ...last, hasBegun: true } };
      // What a target refuses of the request for the rest is of our making.
      const isRefused = last !== failed && REFUSES_THE_REST.has(last.failure.errorClass);
      const goOn = isRefused || ruleFor(last.failure.errorClass, call.facts.lane, ownRule(slip, last)).goOn;
      if (goOn && reply.continuation.finishReason !== undefined) return finished(call, slip, from);
      const position = nextPosition(slip, last.failure.errorClass, goOn);
      if (position === undefined || !reply.continuation.canGoOn) return { slip, outcome: failed };
      slip = { ...slip, position };
      const next = await this.callTarget(broken, slip, from);
      if (next === 'used_up') return finished(call, slip, from);
      if (next === undefined) return { slip, outcome: failed };
      ({ slip } = next);
      if (next.outcome.kind === 'answered') return { slip, outcome: next.outcome };
      last = next.outcome;
    }
  }

  /** Asks the target at hand for the rest, in another way where it refuses one. */
  private async callTarget(
    { call, inProgress }: BrokenStream,
    planned: RoutingSlip,
    from: number,
  ): Promise<{ slip: RoutingSlip; outcome: AttemptOutcome } | 'used_up' | undefined> {
    const target = planned.targets[planned.position];
    if (!target || timeLeft(call.facts, planned, { target, now: Date.now() }) <= 0) return undefined;
    let slip = planned;
    let outcome: AttemptOutcome | undefined;
    for (const style of continuationStyles(target)) {
      const order = restOf(call, { slip, style }, from);
      if (order === undefined || order === 'used_up') return order;
      outcome = await this.attempts.make({ call: order, target, inProgress, role: 'rescue' });
      if (outcome.record) slip = { ...slip, attempts: [...slip.attempts, outcome.record] };
      if (outcome.kind === 'answered' || outcome.hasBegun || !REFUSES_THE_REST.has(outcome.failure.errorClass)) break;
    }
    return outcome && { slip, outcome };
  }
}

/** The call for the rest: the caller's request with the answer so far, on the way back that joins it to what there is. */
function restOf(
  call: AssignedCall,
  { slip, style }: RescueAttempt,
  from: number,
): AssignedCall | 'used_up' | undefined {
  const reply = call.reply as ContinuedReply;
  const before = beforeOf(slip, from);
  const body = reply.continuation.requestForRest(call.body, { style, answeredTokens: before.usage.completionTokens });
  if (body === undefined || body === 'used_up') return body;
  const facts = factsOf(call, body);
  if (!facts) return undefined;
  reply.resume(style, before);
  return { facts, slip, body, reply };
}

/** The facts with what differs in the new body; undefined where it is no request of the dialect any more, being too deep. */
function factsOf({ facts }: AssignedCall, body: Uint8Array): AssignedCall['facts'] | undefined {
  try {
    const { spans, bodyBytes, estimatedPromptTokens } = dialectNamed(facts.dialect).readFacts(body, facts.contentType);
    return { ...facts, spans, bodyBytes, estimatedPromptTokens };
  } catch (error) {
    if (error instanceof DialectError) return undefined;
    throw error;
  }
}

function ownRule(slip: RoutingSlip, { failure }: Failed) {
  return slip.execution?.failures?.[failure.errorClass];
}

/** All attempts at this answer together: one prompt, the first one's, and what each answered. */
function beforeOf({ attempts, targets }: RoutingSlip, from: number): Before {
  const made = attempts.slice(from);
  const used = made.map(({ usage }) => usage).filter((usage) => usage !== undefined);
  const costNanoUsd = made.reduce((sum, { usage, priceVersion }) => {
    const price = targets.find((target) => target.price.version === priceVersion)?.price;
    return usage && price ? sum + costOf(usage, price) : sum;
  }, 0n);
  return { usage: { ...promptOf(used[0]), ...answeredBy(used) }, costNanoUsd };
}

function promptOf(usage: Usage | undefined): Pick<Usage, 'promptTokens' | 'cachedPromptTokens'> {
  const { promptTokens = 0, cachedPromptTokens } = usage ?? {};
  return { promptTokens, ...(cachedPromptTokens === undefined ? {} : { cachedPromptTokens }) };
}

function answeredBy(used: readonly Usage[]): Pick<Usage, 'completionTokens' | 'reasoningTokens'> {
  const reasoningTokens = used.reduce((sum, usage) => sum + (usage.reasoningTokens ?? 0), 0);
  return {
    completionTokens: used.reduce((sum, usage) => sum + usage.completionTokens, 0),
    ...(reasoningTokens > 0 ? { reasoningTokens } : {}),
  };
}

/** Everything has been said but for the end mark, or nothing more may be said. */
function finished(call: AssignedCall, slip: RoutingSlip, from: number): RescueOutcome {
  const reply = call.reply as ContinuedReply;
  const before = beforeOf(slip, from);
  reply.finish(before);
  const last = slip.attempts.at(-1) as Attempt;
  const head = {
    provider: last.provider,
    model: last.model,
    priceVersion: last.priceVersion,
    attempts: slip.attempts.length,
  };
  const { finishReason } = reply.continuation;
  const result = {
    contentType: 'text/event-stream',
    usage: before.usage,
    usageBasis: last.usageBasis ?? ('estimate' as const),
    ...(finishReason === undefined ? {} : { finishReason }),
  };
  return { slip, outcome: { kind: 'answered', result, head } };
}
