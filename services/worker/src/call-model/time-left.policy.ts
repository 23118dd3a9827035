import type { Facts, RoutingSlip, Target, Timeouts } from '#libs/contracts';

/**
 * What is left of the time for a request, in milliseconds, 0 where none is. A waiting caller's runs from the first attempt on,
 * waits between attempts included; a job's is that of its attempts alone, since nobody waits for it. Its deadline ends either.
 */
export function timeLeft(
  facts: Pick<Facts, 'lane' | 'deadline'>,
  slip: Pick<RoutingSlip, 'attempts' | 'execution'>,
  { target, now }: { target: Pick<Target, 'timeouts'>; now: number },
): number {
  const { attempts } = slip;
  const [first] = attempts;
  const spent =
    facts.lane === 'durable'
      ? attempts.reduce((sum, { durationMilliseconds }) => sum + durationMilliseconds, 0)
      : now - (first?.startedAt ?? now);
  const ofTotal = target.timeouts.totalMilliseconds - spent;
  return Math.max(0, Math.min(ofTotal, untilDeadline(facts, slip, now)));
}

/** What is left until the request's deadline or its policy's, in milliseconds: negative once it is over, endless without one. */
export function untilDeadline(
  facts: Pick<Facts, 'deadline'>,
  { execution }: Pick<RoutingSlip, 'execution'>,
  now: number,
): number {
  return Math.min(facts.deadline ?? Infinity, execution?.deadline ?? Infinity) - now;
}

/** The limits of one attempt: the first byte of a plain answer has a limit of its own. */
export function limitsOf(timeouts: Timeouts, { stream }: Pick<Facts, 'stream'>): Timeouts {
  const { plainMilliseconds, ...limits } = timeouts;
  return stream || plainMilliseconds === undefined ? limits : { ...limits, firstByteMilliseconds: plainMilliseconds };
}
