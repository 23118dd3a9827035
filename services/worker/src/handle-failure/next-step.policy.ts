import type { ErrorClass, ExecutionPolicy, RetryRule, RoutingSlip, Target } from '#libs/contracts';
import { ruleFor } from './failure-rules.policy.js';

/** A failure, and all that the next step depends on. */
export interface FailureAtHand {
  readonly failure: { readonly errorClass: ErrorClass; readonly retryAfterSeconds?: number | undefined };
  readonly lane: 'interactive' | 'durable';
  readonly slip: Pick<RoutingSlip, 'targets' | 'position' | 'execution'>;
  /** Further calls already made of the target at hand. */
  readonly retriesMade: number;
  /** False where the target was busy, asked for a pause or was unwell, and so was not called; true where absent. */
  readonly wasCalled?: boolean;
  /** What is left of the time for the whole request, in milliseconds. */
  readonly leftMilliseconds: number;
  /** Until its deadline; endless where absent. The time of a job is that of its calls, so that its waits end there alone. */
  readonly untilDeadlineMilliseconds?: number;
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
  const { failure, lane, slip, leftMilliseconds, untilDeadlineMilliseconds = Infinity } = atHand;
  const { goOn, retry, isOwn } = ruleFor(failure.errorClass, lane, ownRule(slip.execution, failure.errorClass));
  if (leftMilliseconds <= 0) return GIVE_UP;
  const position = nextPosition(slip, failure.errorClass, goOn);
  if (position !== undefined && !isOwn) return { kind: 'go_on', position };
  const waitMilliseconds = retry && waitBefore(retry, atHand);
  const mostMilliseconds = lane === 'durable' ? untilDeadlineMilliseconds : leftMilliseconds;
  if (waitMilliseconds !== undefined && waitMilliseconds < mostMilliseconds && atHand.mayRetry()) {
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
function waitBefore(retry: RetryRule, atHand: FailureAtHand): number | undefined {
  const { failure, lane, retriesMade, wasCalled = true, random } = atHand;
  // A job waits for room as long as it takes: its target has not been asked for anything yet.
  const waitsForRoom = lane === 'durable' && !wasCalled;
  if (!waitsForRoom && retriesMade >= retry.attempts) return undefined;
  if (failure.retryAfterSeconds !== undefined) {
    const asked = failure.retryAfterSeconds * 1_000;
    // All come back at once, as many as the target's limit lets through: late ones would find it closed by the first again.
    if (waitsForRoom) return Math.ceil(Math.min(asked, retry.mostWaitMilliseconds));
    if (asked > retry.mostWaitMilliseconds) return undefined;
    return Math.ceil(asked * (1 + JITTER_AFTER_RETRY_AFTER * random()));
  }
  const doublings = waitsForRoom ? 0 : retriesMade;
  const backoff = Math.min(retry.backoffMilliseconds * 2 ** doublings, retry.mostWaitMilliseconds);
  return Math.ceil(backoff * (0.5 + 0.5 * random()));
}
