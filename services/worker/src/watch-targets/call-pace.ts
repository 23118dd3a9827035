import type { Facts, TargetAllowance } from '#libs/contracts';
import type { Allowance, ProviderAllowance } from './provider-allowance.policy.js';

/** Where a provider does not say when its limit is whole again: most are counted by the minute. */
const USUAL_RESET_MILLISECONDS = 60_000;
/** After so long without a word from the provider one call may find out, whatever was said. */
const MOST_SILENCE_MILLISECONDS = 60_000;
/** What others report is half a second old: so much younger than what is known here it tells something new. */
const NEWS_MILLISECONDS = 2_000;
/** Of each limit so much is left to callers that wait: work of the durable lane stops before it. */
const KEPT_FOR_CALLERS = 0.05;
/** Calls that wait for their turn come one after another, and look again after this time at the latest. */
const MOST_WAIT_MILLISECONDS = 5_000;

/** What a call asks of a provider's limits. */
export type PacedCall = Pick<Facts, 'lane' | 'estimatedPromptTokens' | 'maxCompletionTokens' | 'choices'>;

/** What had been begun when a call was: what its answer says of a limit does not count the calls after it. */
export interface PaceMark {
  readonly at: number;
  readonly requests: number;
  readonly tokens: number;
}

/**
 * How fast one process may call one target, by what the provider's answers say is left of its limits. Between two answers what
 * was begun since is taken away, and what comes back by the time is added. Nothing is known, and nothing held back, until a
 * provider speaks of limits.
 */
export class CallPace {
  private readonly requests = new Level();
  private readonly tokens = new Level();
  private begunRequests = 0;
  private begunTokens = 0;
  private learnedFrom = -Infinity;
  /** Until when room is promised to work of the durable lane that waits. */
  private promisedUntil = 0;

  /** What this process has heard from the provider itself, for its report. */
  told: { readonly allowance?: TargetAllowance } = {};

  /** Milliseconds until this call fits into what is left; 0: now. */
  wait(call: PacedCall, now: number): number {
    if (this.learnedFrom === -Infinity) return 0;
    const kept = call.lane === 'durable' ? KEPT_FOR_CALLERS : 0;
    const requests = this.requests.wait(1, kept, now);
    const tokens = this.tokens.wait(tokensOf(call), kept, now);
    const wait = Math.max(requests, tokens);
    if (wait === 0 || call.lane !== 'durable') return wait;
    return this.inTurn(wait, tokensOf(call), now);
  }

  began(call: PacedCall, now: number): PaceMark {
    const tokens = tokensOf(call);
    this.begunRequests += 1;
    this.begunTokens += tokens;
    this.requests.take(1);
    this.tokens.take(tokens);
    return { at: now, requests: this.begunRequests, tokens: this.begunTokens };
  }

  /** Whether another process has learned what this one does not know, which has not called of late, or never. */
  isNews({ at }: TargetAllowance, now: number): boolean {
    return at > this.learnedFrom + NEWS_MILLISECONDS && now - at <= MOST_SILENCE_MILLISECONDS;
  }

  /** Takes in what another process has learned. */
  hear({ at, ...allowance }: TargetAllowance, { now, callers }: { now: number; callers: number }): void {
    this.takeIn(allowance, { at, requests: this.begunRequests, tokens: this.begunTokens }, { now, callers });
  }

  /** Takes in what an answer says; `callers`: processes that share the limit, each of which goes on by its part. */
  learn(
    { requests, tokens }: ProviderAllowance,
    mark: PaceMark,
    { now, callers }: { now: number; callers: number },
  ): void {
    // The answer to an earlier call may come later, and knows less.
    if (mark.at < this.learnedFrom) return;
    this.told = { allowance: { at: mark.at, ...(requests ? { requests } : {}), ...(tokens ? { tokens } : {}) } };
    this.takeIn({ requests, tokens }, mark, { now, callers });
  }

  private takeIn(
    { requests, tokens }: Pick<TargetAllowance, 'requests' | 'tokens'>,
    mark: PaceMark,
    { now, callers }: { now: number; callers: number },
  ): void {
    this.learnedFrom = mark.at;
    const parts = { since: mark.at, now, callers };
    if (requests) this.requests.set(requests, { ...parts, begunSince: this.begunRequests - mark.requests });
    if (tokens) this.tokens.set(tokens, { ...parts, begunSince: this.begunTokens - mark.tokens });
  }

  /** One after another, as room comes back: all at once would find it gone with the first of them. */
  private inTurn(wait: number, tokens: number, now: number): number {
    const each = Math.max(this.requests.timeFor(1), this.tokens.timeFor(tokens));
    const turn = Math.min(Math.max(this.promisedUntil, now + wait), now + MOST_WAIT_MILLISECONDS);
    this.promisedUntil = turn + each;
    return Math.ceil(turn - now);
  }
}

/** What is left of one limit, as a bucket that fills by the time. Unlimited until something is said of it. */
class Level {
  private left = Infinity;
  private most = Infinity;
  private perMillisecond = 0;
  private at = 0;
  /** When all is there again, where it is not known how fast. */
  private wholeAt = Infinity;
  private knownAt = -Infinity;

  set(
    { remaining, limit, resetMilliseconds = USUAL_RESET_MILLISECONDS }: Allowance,
    { since, now, callers, begunSince }: { since: number; now: number; callers: number; begunSince: number },
  ): void {
    this.most = limit === undefined ? Infinity : limit / callers;
    const missing = limit === undefined ? 0 : limit - remaining;
    if (missing > 0) this.perMillisecond = missing / Math.max(1, resetMilliseconds) / callers;
    else if (limit === undefined) this.perMillisecond = 0;
    this.wholeAt = limit === undefined ? now + Math.max(1, resetMilliseconds) : Infinity;
    this.left = remaining / callers - begunSince;
    this.at = since;
    this.knownAt = now;
    this.fill(now);
  }

  take(amount: number): void {
    this.left -= amount;
  }

  /** Milliseconds until so much is there; what is larger than the limit has to do with all of it. */
  wait(amount: number, kept: number, now: number): number {
    if (this.left === Infinity) return 0;
    this.fill(now);
    const keptBack = this.most === Infinity ? 0 : this.most * kept;
    const needed = Math.min(amount, this.most - keptBack) + keptBack;
    if (this.left >= needed) return 0;
    const silenceEnds = this.knownAt + MOST_SILENCE_MILLISECONDS;
    if (now >= silenceEnds) {
      // This call is to find out.
      this.knownAt = now;
      return 0;
    }
    const filled = this.perMillisecond > 0 ? (needed - this.left) / this.perMillisecond : Infinity;
    return Math.max(1, Math.ceil(Math.min(filled, this.wholeAt - now, silenceEnds - now)));
  }

  timeFor(amount: number): number {
    return this.perMillisecond > 0 ? amount / this.perMillisecond : 0;
  }

  private fill(now: number): void {
    if (now >= this.wholeAt) {
      this.left = Infinity;
      return;
    }
    if (now <= this.at) return;
    this.left = Math.min(this.most, this.left + this.perMillisecond * (now - this.at));
    this.at = now;
  }
}

function tokensOf({ estimatedPromptTokens, maxCompletionTokens = 0, choices = 1 }: PacedCall): number {
  return estimatedPromptTokens + maxCompletionTokens * choices;
}
