import type { LimitMeasure, RateLimits } from '#libs/contracts';
import type { Exchange, Exchanged } from './exchange.policy.js';
import type { AppliedLimit } from './limit-index.js';
import { measuresOf, MEASURES, weightOf, type Amounts, type MeasureStanding } from './measure.policy.js';
import { joinedUses, UsesToTell } from './uses-to-tell.js';

/** A lease may be drawn from for so long. */
const LIFE_MILLISECONDS = 2_000;

/** What an exchange tells of a holding. */
export interface Turn {
  readonly told: Omit<Exchange, 'holder' | 'limits' | 'least' | 'want'>;
  /** When, by the clock of this process that never goes back. */
  readonly askedAt: number;
}

/**
 * What this process holds of the limits of one owner, as far as it knows: the lease it draws from, what it has used and not told yet, how
 * many of its requests are under way, and how the others stand. It asks nobody; `LimitAccount` does.
 */
export class LimitHolding {
  private limits: RateLimits;
  private measures: readonly LimitMeasure[];
  private free: Amounts = {};
  private leasedUntil = 0;
  private requestsUnderWay = 0;
  private readonly uses = new UsesToTell();
  private lost: Exchange['lost'];
  private turn = 0;
  /** How far the clocks of others are ahead. */
  private aheadMilliseconds = 0;
  private elsewhere: Amounts = {};
  /** What was at hand after the last turn. */
  private target: Amounts = {};
  private oldestLeavesAt: Amounts = {};
  private usedSinceTurn = false;

  constructor(private applied: AppliedLimit) {
    this.limits = applied.limits;
    this.measures = measuresOf(applied.limits);
  }

  get owner(): AppliedLimit {
    return this.applied;
  }

  get underWay(): number {
    return this.requestsUnderWay;
  }

  get wasUsedSinceTurn(): boolean {
    return this.usedSinceTurn;
  }

  /** Nothing is held here and nothing is left to tell. */
  get isEmpty(): boolean {
    const isNothingHeld = Object.values(this.free).every((amount) => amount === 0);
    return this.requestsUnderWay === 0 && this.lost === undefined && isNothingHeld && this.uses.isEmpty;
  }

  /** The time by the clocks of all, in milliseconds. */
  now(): number {
    return Date.now() + this.aheadMilliseconds;
  }

  isLeased(now = performance.now()): boolean {
    return now < this.leasedUntil;
  }

  /** Limits that were changed: tells whether these were. */
  follow(applied: AppliedLimit): boolean {
    if (applied.limits === this.limits) return false;
    this.applied = applied;
    this.limits = applied.limits;
    this.measures = measuresOf(applied.limits);
    this.leasedUntil = 0;
    return true;
  }

  /** The measure whose limit is less than the request alone takes. */
  tooSmallFor(tokens: number): LimitMeasure | undefined {
    return this.measures.find((measure) => weightOf(measure, tokens) > (this.limits[measure] ?? 0));
  }

  /** Takes what a request needs and tells when; undefined where there is no room. */
  take(tokens: number): number | undefined {
    const { free } = this;
    for (const measure of this.measures) if ((free[measure] ?? 0) < weightOf(measure, tokens)) return undefined;
    const at = this.now();
    for (const measure of this.measures) {
      const weight = weightOf(measure, tokens);
      free[measure] = (free[measure] ?? 0) - weight;
      if (measure !== 'concurrency') this.uses.note(measure, at, weight);
    }
    this.requestsUnderWay += 1;
    this.usedSinceTurn = true;
    return at;
  }

  /** Counts one more request as under way, and nothing else of it. */
  adopt(): void {
    this.requestsUnderWay += 1;
  }

  /** A request is no longer under way. */
  end(): void {
    this.requestsUnderWay -= 1;
    if (this.limits.concurrency !== undefined) this.free.concurrency = (this.free.concurrency ?? 0) + 1;
  }

  /** Tokens or requests were used at that time; less than none corrects what was noted before. */
  note(unit: 'requests' | 'tokens', at: number, amount: number): void {
    for (const measure of this.measures) if (MEASURES[measure].unit === unit) this.uses.note(measure, at, amount);
  }

  standings(): MeasureStanding[] {
    return this.measures.map((measure) => this.standing(measure));
  }

  standing(measure: LimitMeasure): MeasureStanding {
    const limit = this.limits[measure] ?? 0;
    const remaining = Math.max(0, (this.free[measure] ?? 0) + (this.elsewhere[measure] ?? 0));
    const leavesAt = this.oldestLeavesAt[measure];
    const resetMilliseconds =
      leavesAt === undefined ? MEASURES[measure].windowMilliseconds : Math.max(0, leavesAt - this.now());
    return { measure, limit, remaining, resetMilliseconds };
  }

  /** Whether more should be asked for before it is needed. */
  isLow(tokens: number): boolean {
    return this.measures.some((measure) => {
      const [left, target] = [this.free[measure] ?? 0, this.target[measure] ?? 0];
      return target > 4 * weightOf(measure, tokens) && left < target / 2 && (this.elsewhere[measure] ?? 0) > 4 * target;
    });
  }

  /** What requests of so many tokens need together. */
  weights(requests: readonly { readonly tokens: number }[]): Amounts {
    return Object.fromEntries(
      this.measures.map((measure) => [
        measure,
        requests.reduce((sum, { tokens }) => sum + weightOf(measure, tokens), 0),
      ]),
    );
  }

  oneOfEach(): Amounts {
    return Object.fromEntries(this.measures.map((measure) => [measure, 1]));
  }

  /** Gives back what is free; what is used is told by the next turn. */
  giveBack(): void {
    this.free = {};
    this.leasedUntil = 0;
  }

  /** What was used from now on counts as told: the turn is then either taken over or lost. */
  beginTurn(): Turn {
    const askedAt = performance.now();
    if (!this.isLeased(askedAt)) this.free = {};
    const uses = this.uses.take();
    this.usedSinceTurn = false;
    this.turn += 1;
    const keeps = { ...this.free };
    if (this.limits.concurrency !== undefined) keeps.concurrency = (keeps.concurrency ?? 0) + this.requestsUnderWay;
    const { lost, turn } = this;
    return { told: { uses, lost, turn, keeps, at: Date.now(), lifeMilliseconds: LIFE_MILLISECONDS }, askedAt };
  }

  takeOver({ told, askedAt }: Turn, { granted, free, oldestLeavesAt, state }: Exchanged): void {
    this.lost = undefined;
    this.aheadMilliseconds = Math.max(0, state.at - told.at);
    this.leasedUntil = askedAt + LIFE_MILLISECONDS;
    for (const measure of this.measures) this.free[measure] = (this.free[measure] ?? 0) + (granted[measure] ?? 0);
    this.target = { ...this.free };
    this.elsewhere = free;
    this.oldestLeavesAt = oldestLeavesAt;
  }

  /** Nobody knows whether the turn was heard: it is told again with the next. */
  lose({ told }: Turn): void {
    this.lost = { turn: told.turn, uses: joinedUses(told.lost?.uses ?? {}, told.uses) };
  }
}
