import type { Exchange, Exchanged, Shortage } from './exchange.policy.js';
import { LimitReached, LimitUnknown } from './limit-reached.js';
import { LimitHolding } from './limit-holding.js';
import type { AppliedLimit } from './limit-index.js';
import { MEASURES, type MeasureStanding } from './measure.policy.js';

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

/** A lease is renewed or given back at the last when this part of its life is over. */
const RENEW_AFTER_MILLISECONDS = 1_200;
/** For others to give back, after the first and the second recall. */
const RECALL_WAITS_MILLISECONDS = [15, 60] as const;
/** How long a refusal is repeated without asking again. */
const REFUSAL_MILLISECONDS = 250;
const MOST_WAITING = 10_000;
/** Requests for which is asked at once. */
const MOST_WANTED = 256;

/**
 * The door to what this process holds of the limits of one owner. While its lease has room, taking from it is a subtraction. Otherwise
 * requests wait in the order they came while one exchange is under way for all of them, and each gets its part or a refusal.
 */
export class LimitAccount {
  private readonly holding: LimitHolding;
  private readonly waiting: Waiting[] = [];
  private isExchanging = false;
  private refusal:
    { readonly shortages: readonly Shortage[]; readonly tokens: number; readonly until: number } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isRecalled = false;

  constructor(
    applied: AppliedLimit,
    private readonly source: LimitSource,
  ) {
    this.holding = new LimitHolding(applied);
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && !this.isExchanging && this.holding.underWay === 0 && this.timer === undefined;
  }

  get owner(): AppliedLimit {
    return this.holding.owner;
  }

  /** Limits that were changed hold from the next request on. */
  follow(applied: AppliedLimit): void {
    if (this.holding.follow(applied)) this.refusal = undefined;
  }

  /** Takes from the lease at hand; undefined where that has no room. */
  takeNow(tokens: number): TakenUse | undefined {
    if (this.waiting.length > 0 || !this.holding.isLeased()) return undefined;
    const taken = this.takeFree(tokens);
    if (taken && !this.isExchanging && this.holding.isLow(tokens)) this.refill();
    return taken;
  }

  /** @throws LimitReached, or LimitUnknown where nobody can tell. */
  take(tokens: number): Promise<TakenUse> {
    const taken = this.takeNow(tokens);
    if (taken) return Promise.resolve(taken);
    const tooSmall = this.holding.tooSmallFor(tokens);
    if (tooSmall)
      return Promise.reject(new LimitReached(this.holding.standing(tooSmall), this.owner, { tokens, never: true }));
    const { refusal } = this;
    if (refusal && performance.now() < refusal.until && tokens >= refusal.tokens)
      return Promise.reject(this.refusalOf(refusal.shortages, tokens));
    if (this.waiting.length >= MOST_WAITING) return Promise.reject(new LimitUnknown(this.owner));
    return new Promise((settle, refuse) => {
      this.waiting.push({ tokens, settle, refuse, recalls: 0 });
      if (!this.isExchanging) void this.serve();
    });
  }

  /** Counts a request as under way that another process let through, whether there is room or not. */
  adopt(): TakenUse {
    this.holding.adopt();
    this.plan();
    return { account: this, tokens: 0, at: this.holding.now() };
  }

  /** A request has ended: what it was taken for is corrected by what it used. */
  end({ tokens, at }: TakenUse, usedTokens: number | undefined): void {
    this.holding.end();
    this.refusal = undefined;
    if (usedTokens === undefined || usedTokens === tokens) return;
    this.holding.note('tokens', at, usedTokens - tokens);
    this.plan();
  }

  /** A request went nowhere: it counts for nothing. */
  putBack(taken: TakenUse): void {
    this.holding.note('requests', taken.at, -1);
    this.end(taken, 0);
  }

  /** Counts a request that was made without having been taken, and is over. */
  note(usedTokens: number): void {
    const at = this.holding.now();
    this.holding.note('requests', at, 1);
    this.holding.note('tokens', at, usedTokens);
    this.plan();
  }

  /** How the measures stand, as far as is known here. */
  standings(): MeasureStanding[] {
    return this.holding.standings();
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
    const at = this.holding.take(tokens);
    return at === undefined ? undefined : { account: this, tokens, at };
  }

  /** In the background, while requests go on with what is there. */
  private refill(): void {
    this.isExchanging = true;
    void this.turnOver({ least: {}, want: this.holding.oneOfEach() }).then(() => this.afterTurn());
  }

  /** Works through those who wait, until nobody does. */
  private async serve(): Promise<void> {
    this.isExchanging = true;
    try {
      for (let first = this.waiting[0]; first; first = this.waiting[0]) {
        if (this.holding.isLeased() && this.serveFirst()) continue;
        const least = this.holding.weights([first]);
        const want = this.holding.weights(this.waiting.slice(0, MOST_WANTED));
        const result = await this.turnOver({ least, want });
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
    const now = this.holding.now();
    const soonest = shortages.map(({ roomAt }) => (roomAt === undefined ? Infinity : roomAt - now));
    return Math.max(0, Math.min(REFUSAL_MILLISECONDS, ...soonest));
  }

  private refusalOf(shortages: readonly Shortage[], tokens: number): LimitReached {
    const [first] = shortages.toSorted((left, right) => (right.roomAt ?? 0) - (left.roomAt ?? 0));
    const standing = this.holding.standing(first?.measure ?? 'concurrency');
    const now = this.holding.now();
    const waitMilliseconds = first?.roomAt === undefined ? undefined : Math.max(0, first.roomAt - now);
    return new LimitReached(standing, this.owner, { tokens, waitMilliseconds });
  }

  /** What is used is told, and what is left given back. */
  private async tell(): Promise<void> {
    this.isExchanging = true;
    this.holding.giveBack();
    await this.turnOver({ least: {}, want: {} });
    this.afterTurn();
  }

  /** One exchange; undefined where nobody could be reached, and then nobody waits any more. */
  private async turnOver(ask: Pick<Exchange, 'least' | 'want'>): Promise<Exchanged | undefined> {
    this.stop();
    const turn = this.holding.beginTurn();
    try {
      const result = await this.source.exchange({ ...ask, ...turn.told });
      this.holding.takeOver(turn, result);
      return result;
    } catch {
      this.holding.lose(turn);
      for (const { refuse } of this.waiting.splice(0)) refuse(new LimitUnknown(this.owner));
      return undefined;
    } finally {
      this.plan();
    }
  }

  /** A lease in use is renewed before it ends; one that is not goes back, and what was used is told. */
  private plan(): void {
    if (this.timer !== undefined || this.holding.isEmpty) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isExchanging) return this.plan();
      if (!this.holding.wasUsedSinceTurn) return void this.tell();
      return this.refill();
    }, RENEW_AFTER_MILLISECONDS);
    this.timer.unref();
  }
}
