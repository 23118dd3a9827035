/** How the stream stands from which audit records. */
export interface TrailSpool {
  /** How full it is, from 0 to 1; nothing is stored beyond 1. */
  readonly filled: number;
  /** Up to where audit has recorded everything. */
  readonly settledSequence: number;
  readonly hasNothingLeft: boolean;
}

/** What is known of it: how it stands, and since when audit has recorded nothing although there is something to record. */
export interface TrailState {
  readonly spool: TrailSpool;
  readonly stuckSince: number | undefined;
}

/** What happens to requests while audit is away; times in milliseconds. */
export interface TrailRule {
  readonly behind: 'spool' | 'block';
  readonly patienceMilliseconds: number;
}

/** Beyond this nothing new is admitted: what is under way has to find room. */
const FULL_SHARE = 0.95;

/** The state after another look. */
export function nextTrailState(before: TrailState | undefined, spool: TrailSpool, now: number): TrailState {
  const hasMoved = before === undefined || spool.settledSequence !== before.spool.settledSequence;
  if (spool.hasNothingLeft || hasMoved) return { spool, stuckSince: spool.hasNothingLeft ? undefined : now };
  return { spool, stuckSince: before.stuckSince ?? now };
}

/** Why a request is not admitted: the spool has no room, or audit is away and the rule says to wait for it. */
export function trailVerdict(state: TrailState | undefined, rule: TrailRule, now: number): 'open' | 'full' | 'behind' {
  if (state === undefined) return 'open';
  if (state.spool.filled >= FULL_SHARE) return 'full';
  const isStuck = state.stuckSince !== undefined && now - state.stuckSince >= rule.patienceMilliseconds;
  return isStuck && rule.behind === 'block' ? 'behind' : 'open';
}
