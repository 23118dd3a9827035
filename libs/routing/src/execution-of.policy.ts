import type { ErrorClass, ExecutionPolicy, Facts, FailureRule, RetryRule, Timeouts } from '#libs/contracts';
import type { Consideration, Ranked } from './candidacy.js';

/** Which classes of failure a caller means by a status. */
const CLASS_OF_STATUS: ReadonlyMap<number, ErrorClass> = new Map([
  [429, 'rate_limit'],
  [500, 'server_error'],
  [502, 'server_error'],
  [503, 'overloaded'],
  [504, 'server_error'],
  [529, 'overloaded'],
]);
/** Waits of retries that only a caller asks for. */
const WISHED_BACKOFF_MILLISECONDS = 500;
const WISHED_MOST_WAIT_MILLISECONDS = 10_000;
const MOST_WISHED_ATTEMPTS = 5;

/** How the plan is to be carried out, where policy or caller say something of it. */
export function executionOf(consideration: Consideration, ranked: readonly Ranked[]): ExecutionPolicy | undefined {
  const { policy, facts } = consideration;
  const failures = failuresOf(consideration);
  const hedgeAfterMilliseconds = hedgeAfter(consideration, ranked);
  const deadline = deadlineOf(consideration);
  // The answer to a copy is compared, never kept for a caller.
  const cacheSeconds = facts.shadowOf === undefined ? policy.cache?.seconds : undefined;
  const execution = {
    ...(failures ? { failures } : {}),
    ...(policy.onCut ? { onCut: policy.onCut } : {}),
    ...(hedgeAfterMilliseconds === undefined ? {} : { hedgeAfterMilliseconds }),
    ...(cacheSeconds === undefined ? {} : { cacheSeconds }),
    ...(deadline === undefined ? {} : { deadline }),
  };
  return Object.keys(execution).length === 0 ? undefined : execution;
}

/** The time limits of one call: the model's, lowered by the policy's deadline and by what the caller wishes of each attempt. */
export function timeoutsOf(timeouts: Timeouts, { facts, policy, wishes }: Consideration): Timeouts {
  const attempt = wishes.attemptTimeoutMilliseconds ?? Infinity;
  const all = hasCaller(facts) ? (policy.deadlineMilliseconds ?? Infinity) : Infinity;
  if (attempt === Infinity && all === Infinity) return timeouts;
  const plain = timeouts.plainMilliseconds;
  return {
    firstByteMilliseconds: Math.min(timeouts.firstByteMilliseconds, all),
    ...(plain === undefined ? {} : { plainMilliseconds: Math.min(plain, all) }),
    idleMilliseconds: timeouts.idleMilliseconds,
    totalMilliseconds: Math.min(timeouts.totalMilliseconds, all),
    ...(attempt === Infinity ? {} : { attemptMilliseconds: attempt }),
  };
}

/** A line of a batch lies in a queue for as long as it takes; its own deadline is a fact of it. */
function hasCaller({ lane }: Facts): boolean {
  return lane === 'interactive';
}

function deadlineOf({ facts, policy }: Consideration): number | undefined {
  const own = hasCaller(facts) && policy.deadlineMilliseconds !== undefined ? policy.deadlineMilliseconds : Infinity;
  const deadline = Math.min(facts.receivedAt + own, facts.deadline ?? Infinity);
  return deadline === Infinity ? undefined : deadline;
}

/** Policy's own rules, with the retries that the caller wishes within them. */
function failuresOf({ policy: { failures }, wishes: { retries } }: Consideration): ExecutionPolicy['failures'] {
  if (retries === undefined) return failures;
  const statuses = retries.statuses ?? [...CLASS_OF_STATUS.keys()];
  const wished = new Set(statuses.flatMap((status) => CLASS_OF_STATUS.get(status) ?? []));
  if (wished.size === 0) return failures;
  const rules: Partial<Record<ErrorClass, FailureRule>> = { ...failures };
  for (const errorClass of wished) {
    const own = failures?.[errorClass];
    rules[errorClass] = { ...own, retry: wishedRetry(retries.attempts, own?.retry) };
  }
  return rules;
}

/** A caller may ask for fewer further calls than policy has, never for more. */
function wishedRetry(attempts: number, own: RetryRule | undefined): RetryRule {
  return {
    attempts: Math.min(attempts, own?.attempts ?? MOST_WISHED_ATTEMPTS),
    backoffMilliseconds: own?.backoffMilliseconds ?? WISHED_BACKOFF_MILLISECONDS,
    mostWaitMilliseconds: own?.mostWaitMilliseconds ?? WISHED_MOST_WAIT_MILLISECONDS,
  };
}

/** When the second target is called beside the first, where somebody waits and there is one that is not kept for a failure. */
function hedgeAfter({ policy: { hedge }, facts }: Consideration, ranked: readonly Ranked[]): number | undefined {
  const [first, second] = ranked;
  if (hedge === undefined || !hasCaller(facts) || facts.shadowOf !== undefined) return undefined;
  if (first === undefined || second === undefined || second.candidacy.onlyAfter !== undefined) return undefined;
  const measured = first.candidacy.state?.firstTokenMilliseconds?.[`p${hedge.percentile}`];
  if (measured === undefined) return hedge.mostMilliseconds;
  return Math.round(Math.min(Math.max(measured, hedge.leastMilliseconds), hedge.mostMilliseconds));
}
