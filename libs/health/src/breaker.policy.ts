import type { BreakerRecord, BreakerSettings, ErrorClass } from '#libs/contracts';

/** When a target counts as unwell, where the configuration says nothing else. */
export const DEFAULT_BREAKER: BreakerSettings = {
  consecutiveFailures: 5,
  failureShare: 0.5,
  leastCalls: 20,
  windowMilliseconds: 30_000,
  coolDownMilliseconds: 2_000,
  mostCoolDownMilliseconds: 10_000,
};

/** Whoever takes the right to a probe has to tell within this time how it went. */
const PROBE_MILLISECONDS = 30_000;
/** Clocks of one machine are put right by less than this without anybody noticing. */
const CLOCK_TOLERANCE_MILLISECONDS = 5_000;

/** What happened to a target within the window. */
export interface RecentCalls {
  readonly calls: number;
  readonly failures: number;
  readonly consecutiveFailures: number;
}

/** Whether a target that was well is so no more: too many failures one after the other, or too large a share of its calls. */
export function isUnwell(recent: RecentCalls, settings: BreakerSettings): boolean {
  if (recent.consecutiveFailures >= settings.consecutiveFailures) return true;
  return recent.calls >= settings.leastCalls && recent.failures / recent.calls >= settings.failureShare;
}

/** The breaker of a target that is found unwell; each opening without a success in between rests twice as long. */
export function opened(
  known: BreakerRecord | undefined,
  { reason, now, settings }: { reason: ErrorClass; now: number; settings: BreakerSettings },
): BreakerRecord {
  const openings = (known?.openings ?? 0) + 1;
  const rest = Math.min(settings.coolDownMilliseconds * 2 ** (openings - 1), settings.mostCoolDownMilliseconds);
  return { state: 'open', at: now, since: known?.since ?? now, until: now + rest, openings, reason };
}

/** The breaker while one worker sees whether the target is well again. */
export function probing(known: BreakerRecord, prober: string, now: number): BreakerRecord {
  return { ...known, state: 'probing', at: now, until: now + PROBE_MILLISECONDS, prober };
}

/**
 * A breaker as whoever heard of it at `heardAt` has to take it: it holds no longer from then on than it was to hold when it was
 * written, so that a clock that runs ahead keeps nobody from a target for longer.
 */
export function asHeard(breaker: BreakerRecord, heardAt: number): BreakerRecord {
  const { at, until, since } = breaker;
  if (at === undefined) return breaker;
  return { ...breaker, until: Math.min(until, heardAt + until - at), since: Math.min(since, heardAt) };
}

/**
 * Whether a target is left alone for now. One whose rest, or whose prober's time, is over may be probed; so may one that is said to
 * be unwell since a time to come, since then the clock was put back, and the end of the rest says nothing.
 */
export function isLeftAlone(breaker: BreakerRecord | undefined, now: number): boolean {
  return breaker !== undefined && breaker.until > now && breaker.since <= now + CLOCK_TOLERANCE_MILLISECONDS;
}
