import type { Facts, RoutingSlip, Target } from '#libs/contracts';

/**
 * What is left of the time for a request, in milliseconds, 0 where none is. A waiting caller's runs from the first attempt on,
 * waits between attempts included; a job's is that of its attempts alone, since nobody waits for it. Its deadline ends either.
 */
export function timeLeft(
  facts: Pick<Facts, 'lane' | 'deadline'>,
  { attempts, execution }: Pick<RoutingSlip, 'attempts' | 'execution'>,
  { target, now }: { target: Pick<Target, 'timeouts'>; now: number },
): number {
  const [first] = attempts;
  const spent =
    facts.lane === 'durable'
      ? attempts.reduce((sum, { durationMilliseconds }) => sum + durationMilliseconds, 0)
      : now - (first?.startedAt ?? now);
  const ofTotal = target.timeouts.totalMilliseconds - spent;
  const deadline = Math.min(facts.deadline ?? Infinity, execution?.deadline ?? Infinity);
  return Math.max(0, Math.min(ofTotal, deadline - now));
}
