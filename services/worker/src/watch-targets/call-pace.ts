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
/** Calls that begin within this time may come to the provider in another order than they went. */
const OUT_OF_ORDER_MILLISECONDS = 500;
/** Before the first answer no more calls of the durable lane are under way than this, for this time at most. */
const FIRST_CALLS = 16;
const FIRST_ANSWER_MILLISECONDS = 5_000;
/** How fast a limit fills is told by what is missing of it: in whole numbers, of which less than this say little. */
const TELLING_AMOUNT = 5;
/** Calls that wait for their turn come one after another, and look again after this time at the latest. */
const MOST_WAIT_MILLISECONDS = 5_000;

/** What a call asks of a provider's limits. */
export type PacedCall = Pick<Facts, 'lane' | 'estimatedPromptTokens' | 'maxCompletionTokens' | 'choices'>;

interface Amounts {
  readonly requests: number;
  readonly tokens: number;
}

/** What had been begun when a call was: what its answer says of a limit does not count the calls after it. */
export interface PaceMark extends Amounts {
  readonly at: number;
  /** What this call asks. */
  readonly own: Amounts;
  /** What was under way from here, this call among it. */
  readonly underWay: Amounts;
}

/**
 * How fast one process may call one target, by what the provider's answers say is left of its limits. Between two answers what
 * was begun since is taken away, and what comes back by the time is added. Where processes share a limit, each takes its part of
 * what is left after the calls that the others are to be feared to have under way. Nothing is known, and nothing held back,
 * until a provider speaks of limits; before the first answer of all the durable lane sends a few calls only, to hear of them.
 */
export class CallPace {
  private readonly requests = new Level();
  private readonly tokens = new Level();
  private begun: Amounts = NOTHING;
  private underWay: Amounts = NOTHING;
  private readonly marks = new Set<PaceMark>();
  private firstAt: number | undefined;
  private hasAnswer = false;
  private awaited: { readonly done: PromiseWithResolvers<void>; readonly timer: NodeJS.Timeout } | undefined;
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
    const own = { requests: 1, tokens: tokensOf(call) };
    this.begun = sum(this.begun, own);
    this.underWay = sum(this.underWay, own);
    this.requests.take(own.requests);
    this.tokens.take(own.tokens);
    this.firstAt ??= now;
    const mark = { at: now, ...this.begun, own, underWay: this.underWay };
    this.marks.add(mark);
    return mark;
  }

  /** A call has its answer, or will have none. */
  ended(mark: PaceMark): void {
    const { own } = mark;
    this.underWay = sum(this.underWay, { requests: -own.requests, tokens: -own.tokens });
    this.marks.delete(mark);
    this.answered();
  }

  /** The provider has begun to answer, here or to another process: whatever it says of its limits is known. */
  answered(): void {
    this.hasAnswer = true;
    if (this.awaited) this.goOn();
  }

  /** The first answer, which a call of the durable lane has to wait for; undefined where it has not to. */
  firstAnswer({ lane }: Pick<PacedCall, 'lane'>, now: number): Promise<void> | undefined {
    const isKnown = this.hasAnswer || this.learnedFrom !== -Infinity;
    if (lane !== 'durable' || isKnown || this.underWay.requests < FIRST_CALLS) return undefined;
    const left = (this.firstAt ?? now) + FIRST_ANSWER_MILLISECONDS - now;
    if (left <= 0) return undefined;
    this.awaited ??= { done: Promise.withResolvers(), timer: setTimeout(() => this.goOn(), left).unref() };
    return this.awaited.done.promise;
  }

  private goOn(): void {
    clearTimeout(this.awaited?.timer);
    this.awaited?.done.resolve();
    this.awaited = undefined;
  }

  /** Whether another process has learned what this one does not know, which has not called of late, or never. */
  isNews({ at }: TargetAllowance, now: number): boolean {
    return at > this.learnedFrom + NEWS_MILLISECONDS && now - at <= MOST_SILENCE_MILLISECONDS;
  }

  /** Takes in what another process has learned. */
  hear({ at, ...allowance }: TargetAllowance, { now, callers }: { now: number; callers: number }): void {
    // What was begun here after the other's call and has its answer would be known better: what is under way is all of it.
    const { begun, underWay } = this;
    const heardBy = { requests: begun.requests - underWay.requests, tokens: begun.tokens - underWay.tokens };
    this.takeIn(allowance, { at, ...heardBy, own: NOTHING, underWay }, { now, callers });
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
    for (const [level, heard, kind] of [
      [this.requests, requests, 'requests'],
      [this.tokens, tokens, 'tokens'],
    ] as const) {
      if (!heard) continue;
      const begunSince = this.begun[kind] - mark[kind] + this.overtaken(mark, kind);
      level.set(heard, { ...parts, begunSince, underWay: mark.underWay[kind] });
    }
  }

  /** Of the calls that went shortly before this one and have no answer, the provider may have counted none yet. */
  private overtaken(mark: PaceMark, kind: keyof Amounts): number {
    let amount = 0;
    for (const { at, requests, own } of this.marks) {
      const isBefore = requests < mark.requests && at >= mark.at - OUT_OF_ORDER_MILLISECONDS;
      if (isBefore) amount += own[kind];
    }
    return amount;
  }

  /** One after another, as room comes back: all at once would find it gone with the first of them. */
  private inTurn(wait: number, tokens: number, now: number): number {
    const each = Math.max(this.requests.timeFor(1), this.tokens.timeFor(tokens));
    const turn = Math.min(Math.max(this.promisedUntil, now + wait), now + MOST_WAIT_MILLISECONDS);
    this.promisedUntil = turn + each;
    return Math.ceil(turn - now);
  }
}

interface Heard {
  /** When the call began whose answer said it. */
  readonly since: number;
  readonly now: number;
  readonly callers: number;
  /** What was begun here after that call, or may have come to the provider after it. */
  readonly begunSince: number;
  /** What was under way here with that call. */
  readonly underWay: number;
}

const NOTHING: Amounts = { requests: 0, tokens: 0 };

/** What is left of one limit, as a bucket that fills by the time. Unlimited until something is said of it. */
class Level {
  private left = Infinity;
  private most = Infinity;
  /** What comes back to all that share the limit in a millisecond, and to this process. */
  private ofAll = 0;
  private perMillisecond = 0;
  private at = 0;
  /** When all is there again, where it is not known how fast. */
  private wholeAt = Infinity;
  private knownAt = -Infinity;

  set(
    { remaining, limit, resetMilliseconds = USUAL_RESET_MILLISECONDS }: Allowance,
    { since, now, callers, begunSince, underWay }: Heard,
  ): void {
    this.most = limit === undefined ? Infinity : limit / callers;
    const missing = limit === undefined ? 0 : limit - remaining;
    if (missing >= TELLING_AMOUNT || (missing > 0 && this.ofAll === 0))
      this.ofAll = missing / Math.max(1, resetMilliseconds);
    if (limit === undefined) this.ofAll = 0;
    this.perMillisecond = this.ofAll / callers;
    this.wholeAt = limit === undefined ? now + Math.max(1, resetMilliseconds) : Infinity;
    // What the others have sent by now is not counted yet: at most, each has as much under way as this process had.
    const unheard = (callers - 1) * Math.min(underWay, this.most);
    this.left = (remaining - unheard) / callers - begunSince;
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

function sum(one: Amounts, other: Amounts): Amounts {
  return { requests: one.requests + other.requests, tokens: one.tokens + other.tokens };
}

function tokensOf({ estimatedPromptTokens, maxCompletionTokens = 0, choices = 1 }: PacedCall): number {
  return estimatedPromptTokens + maxCompletionTokens * choices;
}
