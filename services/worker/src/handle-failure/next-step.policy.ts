import type { ErrorClass, ExecutionPolicy, RetryRule, RoutingSlip, Target } from '#libs/contracts';
import { ruleFor } from './failure-rules.policy.js';

/** A failure, and all that the next step depends on. */
export interface FailureAtHand {
  readonly failure: { readonly errorClass: ErrorClass; readonly retryAfterSeconds?: number | undefined };
  readonly lane: 'interactive' | 'durable';
  readonly slip: Pick<RoutingSlip, 'targets' | 'position' | 'execution'>;
  /** Further calls already made of the target at hand. */
  readonly retriesMade: number;
  /** What is left of the time for the whole request, in milliseconds. */
  readonly leftMilliseconds: number;
  /** Whether another call of the same target is within the process's retry budget; asked only where one would be made. */
  readonly mayRetry: () => boolean;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** What is done after a failure: the same target again after a wait, the target at a position of the plan, or the end. */
export type StepAfterFailure =
  | { readonly kind: 'retry'; readonly waitMilliseconds: number }
  | { readonly kind: 'go_on'; readonly position: number }
  | { readonly kind: 'give_up' };

const GIVE_UP: StepAfterFailure = { kind: 'give_up' };
/** No two processes come back to a provider at the same moment. */
const JITTER_AFTER_RETRY_AFTER = 0.1;

/**
 * Decides what follows a failure of which the caller has seen nothing. A target left in the plan is tried at once; the same
 * target again only where none is left, or where the policy says so for the class, and then never before the provider said,
 * never past the request's time, and within the retry budget.
 */
export function stepAfter(atHand: FailureAtHand): StepAfterFailure {
  const { failure, lane, slip, leftMilliseconds } = atHand;
  const { goOn, retry, isOwn } = ruleFor(failure.errorClass, lane, ownRule(slip.execution, failure.errorClass));
  if (leftMilliseconds <= 0) return GIVE_UP;
  const position = nextPosition(slip, failure.errorClass, goOn);
  if (position !== undefined && !isOwn) return { kind: 'go_on', position };
  const waitMilliseconds = retry && waitBefore(retry, atHand);
  if (waitMilliseconds !== undefined && waitMilliseconds < leftMilliseconds && atHand.mayRetry()) {
    return { kind: 'retry', waitMilliseconds };
  }
  return position === undefined ? GIVE_UP : { kind: 'go_on', position };
}

/**
 * Where the plan goes on after a failure. Targets kept for the class come first; those kept for another class are passed over,
 * and who came by such a target goes on among its like.
 */
export function nextPosition(
  { targets, position }: Pick<RoutingSlip, 'targets' | 'position'>,
  errorClass: ErrorClass,
  goOn: boolean,
): number | undefined {
  const after = (fits: (target: Target) => boolean): number | undefined => {
    const found = targets.findIndex((target, index) => index > position && fits(target));
    return found < 0 ? undefined : found;
  };
  const special = after(({ onlyAfter }) => onlyAfter === errorClass);
  if (special !== undefined) return special;
  if (!goOn) return undefined;
  const kept = targets[position]?.onlyAfter;
  return after(({ onlyAfter }) => onlyAfter === kept);
}

function ownRule(execution: ExecutionPolicy | undefined, errorClass: ErrorClass) {
  return execution?.failures?.[errorClass];
}

/** The wait before another call of the same target; undefined where there is to be none. */
function waitBefore(retry: RetryRule, { failure, retriesMade, random }: FailureAtHand): number | undefined {
  if (retriesMade >= retry.attempts) return undefined;
  const asked = failure.retryAfterSeconds;
  if (asked !== undefined) {
    const waitMilliseconds = asked * 1_000;
    if (waitMilliseconds > retry.mostWaitMilliseconds) return undefined;
    return Math.ceil(waitMilliseconds * (1 + JITTER_AFTER_RETRY_AFTER * random()));
  }
  const backoff = Math.min(retry.backoffMilliseconds * 2 ** retriesMade, retry.mostWaitMilliseconds);
  return Math.ceil(backoff * (0.5 + 0.5 * random()));
}
