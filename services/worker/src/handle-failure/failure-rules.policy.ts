import type { ErrorClass, FailureRule, RetryRule } from '#libs/contracts';

/** How a class of failure is handled where the policy says nothing else. */
export interface DefaultRule {
  /** Whether the plan's next target may cure it. */
  readonly goOn: boolean;
  /** Further calls of the same target, made only where no other target is left. */
  readonly retry?: { readonly interactive?: RetryRule; readonly durable?: RetryRule };
}

const seconds = 1_000;
const minutes = 60 * seconds;

const rule = (attempts: number, backoffMilliseconds: number, mostWaitMilliseconds: number): RetryRule => ({
  attempts,
  backoffMilliseconds,
  mostWaitMilliseconds,
});

/** A caller waits: seconds at most. Nobody waits for a job: until the provider is well again, within the job's own deadline. */
const LATER = { interactive: rule(2, 500, 10 * seconds), durable: rule(20, seconds, 10 * minutes) };
const AGAIN = { interactive: rule(1, 250, 2 * seconds), durable: rule(6, seconds, minutes) };
const ONCE_MORE = { durable: rule(2, seconds, minutes) };

/** The defaults, listed in docs/routing.md. */
const DEFAULT_RULES: Readonly<Record<ErrorClass, DefaultRule>> = {
  authentication: { goOn: true },
  permission: { goOn: true },
  not_found: { goOn: true },
  quota: { goOn: true },
  unsupported: { goOn: true },
  rate_limit: { goOn: true, retry: LATER },
  overloaded: { goOn: true, retry: LATER },
  target_busy: { goOn: true, retry: LATER },
  target_unhealthy: { goOn: true, retry: { durable: LATER.durable } },
  server_error: { goOn: true, retry: AGAIN },
  connection: { goOn: true, retry: AGAIN },
  bad_answer: { goOn: true, retry: AGAIN },
  cut_stream: { goOn: true, retry: AGAIN },
  // The caller's own limit: another target may keep it, the same one hardly.
  attempt_timeout: { goOn: true },
  first_byte_timeout: { goOn: true, retry: ONCE_MORE },
  idle_timeout: { goOn: true, retry: ONCE_MORE },
  context_too_long: { goOn: true },
  content_filter: { goOn: false },
  invalid_request: { goOn: false },
  total_timeout: { goOn: false },
  cancelled: { goOn: false },
  no_eligible_target: { goOn: false },
  delivery_limit: { goOn: false },
  worker_lost: { goOn: false },
  expired: { goOn: false },
  body_unavailable: { goOn: false },
};

/** Whether the same call may succeed a little later. */
export function mayPass(errorClass: ErrorClass): boolean {
  return DEFAULT_RULES[errorClass].retry !== undefined;
}

/** The rule for a class of failure: the policy's own where it has one. `isOwn`: retried here before going on. */
export function ruleFor(
  errorClass: ErrorClass,
  lane: 'interactive' | 'durable',
  own: FailureRule | undefined,
): { goOn: boolean; retry: RetryRule | undefined; isOwn: boolean } {
  const usual = DEFAULT_RULES[errorClass];
  return {
    goOn: own?.goOn ?? usual.goOn,
    retry: own?.retry ?? usual.retry?.[lane],
    isOwn: own?.retry !== undefined,
  };
}
