import type { LimitMeasure, RateLimits } from '#libs/contracts';
import type { Exchange, Exchanged, Shortage } from './exchange.policy.js';
import { LimitReached, LimitUnknown } from './limit-reached.js';
import { measuresOf, MEASURES, weightOf, type Amounts, type MeasureStanding } from './measure.policy.js';
import type { AppliedLimit } from './limit-index.js';
import { joinedUses, UsesToTell } from './uses-to-tell.js';

/** How an account reaches the others. */
export interface LimitSource {
  exchange(ask: Omit<Exchange, 'holder' | 'limits'>): Promise<Exchanged>;
  /** Asks all others for what they do not use. */
  recall(): void;
}

/** What one request has taken of an account. */
export interface TakenUse {
  readonly account: LimitAccount;
  readonly tokens: number;
  /** When, by the account's clock. */
  readonly at: number;
}

interface Waiting {
  readonly tokens: number;
  readonly settle: (taken: TakenUse) => void;
  readonly refuse: (reason: Error) => void;
  /** How often others were asked for what they do not use. */
  recalls: number;
}

/** A lease may be drawn from for so long, and is renewed or given back at the last when this part of it is over. */
const LIFE_MILLISECONDS = 2_000;
const RENEW_AFTER_MILLISECONDS = 1_200;
/** For others to give back, after the first and the second recall. */
const RECALL_WAITS_MILLISECONDS = [15, 60] as const;
/** How long a refusal is repeated without asking again. */
const REFUSAL_MILLISECONDS = 250;
const MOST_WAITING = 10_000;
/** Requests for which is asked at once. */
const MOST_WANTED = 256;

/**
 * What this process holds of the limits of one owner. While its lease has room, taking from it is a subtraction. Otherwise requests
 * wait in the order they came while one exchange is under way for all of them, and each gets its part or a refusal.
 */
export class LimitAccount {
  private limits: RateLimits;
  private measures: readonly LimitMeasure[];
  private free: Amounts = {};
  private leasedUntil = 0;
  private underWay = 0;
  private readonly uses = new UsesToTell();
  private lost: Exchange['lost'];
  private turn = 0;
  /** How far the clocks of others are ahead. */
  private aheadMilliseconds = 0;
  private readonly waiting: Waiting[] = [];
  private isExchanging = false;
  private refusal:
    { readonly shortages: readonly Shortage[]; readonly tokens: number; readonly until: number } | undefined;
  private elsewhere: Amounts = {};
  /** What was at hand after the last turn. */
  private target: Amounts = {};
  private oldestLeavesAt: Amounts = {};
  private timer: NodeJS.Timeout | undefined;
  private usedSinceTurn = false;
  private isRecalled = false;
  lastUsed = performance.now();

  constructor(
    private applied: AppliedLimit,
    private readonly source: LimitSource,
  ) {
    this.limits = applied.limits;
    this.measures = measuresOf(applied.limits);
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && !this.isExchanging && this.underWay === 0 && this.timer === undefined;
  }

  get owner(): AppliedLimit {
    return this.applied;
  }

  /** Limits that were changed hold from the next request on. */
  follow(applied: AppliedLimit): void {
    if (applied.limits === this.limits) return;
    this.applied = applied;
    this.limits = applied.limits;
    this.measures = measuresOf(applied.limits);
    this.leasedUntil = 0;
    this.refusal = undefined;
  }

  /** Takes from the lease at hand; undefined where that has no room. */
  takeNow(tokens: number): TakenUse | undefined {
    const now = performance.now();
    this.lastUsed = now;
    if (this.waiting.length > 0 || now >= this.leasedUntil) return undefined;
    const taken = this.takeFree(tokens);
    if (taken && !this.isExchanging && this.isLow(tokens)) this.refill();
    return taken;
  }

  /** @throws LimitReached, or LimitUnknown where nobody can tell. */
  take(tokens: number): Promise<TakenUse> {
    const taken = this.takeNow(tokens);
    if (taken) return Promise.resolve(taken);
    const tooLarge = this.measures.find((measure) => weightOf(measure, tokens) > (this.limits[measure] ?? 0));
    if (tooLarge)
      return Promise.reject(new LimitReached(this.standing(tooLarge), this.applied, { tokens, never: true }));
    const { refusal } = this;
    if (refusal && performance.now() < refusal.until && tokens >= refusal.tokens)
      return Promise.reject(this.refusalOf(refusal.shortages, tokens));
    if (this.waiting.length >= MOST_WAITING) return Promise.reject(new LimitUnknown(this.applied));
    return new Promise((settle, refuse) => {
      this.waiting.push({ tokens, settle, refuse, recalls: 0 });
      if (!this.isExchanging) void this.serve();
    });
  }

  /** Counts a request as under way that another process let through, whether there is room or not. */
  adopt(): TakenUse {
    this.underWay += 1;
    this.plan();
    return { account: this, tokens: 0, at: Date.now() + this.aheadMilliseconds };
  }

  /** A request has ended: what it was taken for is corrected by what it used. */
  end({ tokens, at }: TakenUse, usedTokens: number | undefined): void {
    this.underWay -= 1;
    if (this.limits.concurrency !== undefined) this.free.concurrency = (this.free.concurrency ?? 0) + 1;
    this.refusal = undefined;
    if (usedTokens === undefined || usedTokens === tokens) return;
    for (const measure of this.measures) {
      if (MEASURES[measure].unit === 'tokens') this.uses.note(measure, at, usedTokens - tokens);
    }
    this.plan();
  }

  /** A request went nowhere: it counts for nothing. */
  putBack(taken: TakenUse): void {
    for (const measure of this.measures) {
      if (MEASURES[measure].unit === 'requests') this.uses.note(measure, taken.at, -1);
    }
    this.end(taken, 0);
  }

  /** Counts a request that was made without having been taken, and is over. */
  note(usedTokens: number): void {
    const at = Date.now() + this.aheadMilliseconds;
    for (const measure of this.measures) {
      if (measure !== 'concurrency') this.uses.note(measure, at, weightOf(measure, usedTokens));
    }
    this.plan();
  }

  /** How the measures stand, as far as is known here. */
  standings(): MeasureStanding[] {
    return this.measures.map((measure) => this.standing(measure));
  }

  /** Somebody else needs what is not used here, or this process ends. */
  async release(): Promise<void> {
    if (this.isExchanging) {
      this.isRecalled = true;
      return;
    }
    await this.tell();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private takeFree(tokens: number): TakenUse | undefined {
    const { free } = this;
    for (const measure of this.measures) if ((free[measure] ?? 0) < weightOf(measure, tokens)) return undefined;
    const at = Date.now() + this.aheadMilliseconds;
    for (const measure of this.measures) {
      const weight = weightOf(measure, tokens);
      free[measure] = (free[measure] ?? 0) - weight;
      if (measure !== 'concurrency') this.uses.note(measure, at, weight);
    }
    this.underWay += 1;
    this.usedSinceTurn = true;
    return { account: this, tokens, at };
  }

  private standing(measure: LimitMeasure): MeasureStanding {
    const limit = this.limits[measure] ?? 0;
    const remaining = Math.max(0, (this.free[measure] ?? 0) + (this.elsewhere[measure] ?? 0));
    const leavesAt = this.oldestLeavesAt[measure];
    const now = Date.now() + this.aheadMilliseconds;
    const resetMilliseconds =
      leavesAt === undefined ? MEASURES[measure].windowMilliseconds : Math.max(0, leavesAt - now);
    return { measure, limit, remaining, resetMilliseconds };
  }

  /** Whether more should be asked for before it is needed. */
  private isLow(tokens: number): boolean {
    return this.measures.some((measure) => {
      const [left, target] = [this.free[measure] ?? 0, this.target[measure] ?? 0];
      return target > 4 * weightOf(measure, tokens) && left < target / 2 && (this.elsewhere[measure] ?? 0) > 4 * target;
    });
  }

  /** In the background, while requests go on with what is there. */
  private refill(): void {
    this.isExchanging = true;
    void this.turnOver({ least: {}, want: this.oneOfEach() }).then(() => this.afterTurn());
  }

  /** Works through those who wait, until nobody does. */
  private async serve(): Promise<void> {
    this.isExchanging = true;
    try {
      for (let first = this.waiting[0]; first; first = this.waiting[0]) {
        if (performance.now() < this.leasedUntil && this.serveFirst()) continue;
        const result = await this.turnOver({ least: this.weights([first]), want: this.weights(this.waiting) });
        if (!result) continue;
        if (result.shortages.length === 0) this.serveFirst();
        else await this.onShortage(first, result.shortages);
      }
    } finally {
      this.afterTurn();
    }
  }

  private afterTurn(): void {
    this.isExchanging = false;
    const { isRecalled } = this;
    this.isRecalled = false;
    if (this.waiting.length > 0) void this.serve();
    else if (isRecalled) void this.tell();
  }

  private serveFirst(): boolean {
    const [first] = this.waiting;
    const taken = first && this.takeFree(first.tokens);
    if (!taken) return false;
    this.waiting.shift();
    first.settle(taken);
    return true;
  }

  /** Others may hold what they do not use; where they do not, the request is refused, and all that ask for as much. */
  private async onShortage(first: Waiting, shortages: readonly Shortage[]): Promise<void> {
    const wait = RECALL_WAITS_MILLISECONDS[first.recalls];
    if (wait !== undefined && shortages.every(({ mayBeRecalled }) => mayBeRecalled)) {
      first.recalls += 1;
      this.source.recall();
      await new Promise((resolve) => setTimeout(resolve, wait));
      return;
    }
    // Where there is no room for one more request, none gets in; where tokens are short, a smaller one may.
    const isForAll = shortages.some(({ measure }) => MEASURES[measure].unit !== 'tokens');
    const tokens = isForAll ? 0 : first.tokens;
    this.refusal = { shortages, tokens, until: performance.now() + this.refusalTime(shortages) };
    const all = this.waiting.splice(0);
    this.waiting.push(...all.filter((one) => one.tokens < tokens));
    for (const one of all) if (one.tokens >= tokens) one.refuse(this.refusalOf(shortages, one.tokens));
  }

  private refusalTime(shortages: readonly Shortage[]): number {
    const now = Date.now() + this.aheadMilliseconds;
    const soonest = shortages.map(({ roomAt }) => (roomAt === undefined ? Infinity : roomAt - now));
    return Math.max(0, Math.min(REFUSAL_MILLISECONDS, ...soonest));
  }

  private refusalOf(shortages: readonly Shortage[], tokens: number): LimitReached {
    const [first] = shortages.toSorted((left, right) => (right.roomAt ?? 0) - (left.roomAt ?? 0));
    const standing = this.standing(first?.measure ?? 'concurrency');
    const now = Date.now() + this.aheadMilliseconds;
    const waitMilliseconds = first?.roomAt === undefined ? undefined : Math.max(0, first.roomAt - now);
    return new LimitReached(standing, this.applied, { tokens, waitMilliseconds });
  }

  private weights(waiting: readonly Waiting[]): Amounts {
    const some = waiting.slice(0, MOST_WANTED);
    return Object.fromEntries(
      this.measures.map((measure) => [measure, some.reduce((sum, { tokens }) => sum + weightOf(measure, tokens), 0)]),
    );
  }

  private oneOfEach(): Amounts {
    return Object.fromEntries(this.measures.map((measure) => [measure, 1]));
  }

  /** What is used is told, and what is left given back. */
  private async tell(): Promise<void> {
    this.isExchanging = true;
    this.free = {};
    this.leasedUntil = 0;
    await this.turnOver({ least: {}, want: {} });
    this.afterTurn();
  }

  /** One exchange; undefined where nobody could be reached, and then nobody waits any more. */
  private async turnOver(ask: Pick<Exchange, 'least' | 'want'>): Promise<Exchanged | undefined> {
    this.stop();
    const askedAt = performance.now();
    if (askedAt >= this.leasedUntil) this.free = {};
    const { lost } = this;
    const told = this.uses.take();
    this.usedSinceTurn = false;
    const turn = (this.turn += 1);
    const keeps = { ...this.free };
    if (this.limits.concurrency !== undefined) keeps.concurrency = (keeps.concurrency ?? 0) + this.underWay;
    const at = Date.now();
    try {
      const result = await this.source.exchange({
        ...ask,
        uses: told,
        lost,
        turn,
        keeps,
        at,
        lifeMilliseconds: LIFE_MILLISECONDS,
      });
      this.lost = undefined;
      this.aheadMilliseconds = Math.max(0, result.state.at - at);
      this.leasedUntil = askedAt + LIFE_MILLISECONDS;
      this.takeOver(result);
      return result;
    } catch {
      this.lost = { turn, uses: joinedUses(lost?.uses ?? {}, told) };
      for (const { refuse } of this.waiting.splice(0)) refuse(new LimitUnknown(this.applied));
      return undefined;
    } finally {
      this.plan();
    }
  }

  private takeOver({ granted, free, oldestLeavesAt }: Exchanged): void {
    for (const measure of this.measures) this.free[measure] = (this.free[measure] ?? 0) + (granted[measure] ?? 0);
    this.target = { ...this.free };
    this.elsewhere = free;
    this.oldestLeavesAt = oldestLeavesAt;
  }

  /** A lease in use is renewed before it ends; one that is not goes back, and what was used is told. */
  private plan(): void {
    const isNothingLeft = this.underWay === 0 && this.lost === undefined && isEmpty(this.free) && this.uses.isEmpty;
    if (this.timer !== undefined || isNothingLeft) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isExchanging) return this.plan();
      if (!this.usedSinceTurn) return void this.tell();
      return this.refill();
    }, RENEW_AFTER_MILLISECONDS);
    this.timer.unref();
  }
}

function isEmpty(amounts: Amounts): boolean {
  return Object.values(amounts).every((amount) => amount === 0);
}
