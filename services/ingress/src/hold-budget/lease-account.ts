import type { BudgetEntry, BudgetLease, BudgetLeaseReply, BudgetState, LeaseReturn } from '#libs/contracts';
import type { HoldBounds } from '#libs/budgets';
import { BudgetExceeded, BudgetUnknown } from './budget-refusal.js';
import { HoldLimit } from './hold-limits.js';

/** How an account reaches billing. */
export interface LeaseSource {
  lease(ask: Pick<BudgetLease, 'leastNanoUsd' | 'wantNanoUsd' | 'returned' | 'model'>): Promise<BudgetLeaseReply>;
  giveBack(returned: LeaseReturn): void;
}

/** A part of a lease that a request has taken. */
export interface TakenPart {
  readonly lease: string;
  readonly nanoUsd: bigint;
}

interface Waiting {
  readonly bounds: (promptRatio: number | undefined) => HoldBounds;
  readonly model: string;
  readonly until: number;
  readonly settle: (part: TakenPart) => void;
  readonly refuse: (reason: Error) => void;
}

interface Lease {
  readonly id: string;
  free: bigint;
  readonly until: number;
}

/**
 * What this process holds of one budget. While its lease has room, taking from it is a subtraction. Otherwise requests wait in the
 * order they came, one question to billing is under way for all of them, and each gets its part, a refusal, or the end of its
 * patience. One lease at a time: what is left of the last one goes back with the next question.
 */
export class LeaseAccount {
  private lease: Lease | undefined;
  private readonly waiting: Waiting[] = [];
  private isAsking = false;
  private refusal: { readonly state: BudgetState; readonly until: number } | undefined;
  private wake: () => void = () => undefined;
  private goBack: NodeJS.Timeout | undefined;
  /** The most that prompts of a model came to of late for each estimated token. */
  private readonly ratios = new Map<string, number>();
  lastUsed = performance.now();
  /** How the budget stood when billing was last asked. */
  state: BudgetState | undefined;

  constructor(
    readonly budget: BudgetEntry,
    private readonly source: LeaseSource,
  ) {}

  get isIdle(): boolean {
    return this.waiting.length === 0 && !this.isAsking && this.lease === undefined;
  }

  /** Takes from the lease at hand; undefined where that has no room. */
  takeNow(nanoUsd: bigint): TakenPart | undefined {
    this.lastUsed = performance.now();
    const { lease } = this;
    if (!lease || this.waiting.length > 0 || lease.free < nanoUsd || this.lastUsed >= lease.until) return undefined;
    lease.free -= nanoUsd;
    return { lease: lease.id, nanoUsd };
  }

  /** @throws BudgetExceeded 402, DialectError 503 where nobody can tell. */
  take({ model, bounds, until }: Pick<Waiting, 'model' | 'bounds' | 'until'>): Promise<TakenPart> {
    const { least } = bounds(this.ratios.get(model));
    const isRefused = this.refusal && performance.now() < this.refusal.until && !mayFit(this.refusal.state, least);
    if (this.refusal && isRefused) return Promise.reject(new BudgetExceeded(this.budget, this.refusal.state, least));
    if (this.waiting.length >= HoldLimit.waiting) return Promise.reject(new BudgetUnknown(this.budget));
    return new Promise((settle, refuse) => {
      this.waiting.push({ bounds, model, until, settle, refuse });
      if (this.isAsking) return;
      this.isAsking = true;
      void this.serve();
    });
  }

  /** Gives back what a request took and that went nowhere. */
  putBack({ lease: id, nanoUsd }: TakenPart): void {
    if (this.lease?.id === id) this.lease.free += nanoUsd;
    else this.source.giveBack({ lease: id, nanoUsd: nanoUsd.toString() });
  }

  /** Somebody else needs what is not used here, or this process ends. */
  release(): void {
    if (this.waiting.length > 0) return;
    const returned = this.takeLease();
    if (returned) this.source.giveBack(returned);
  }

  /** Something about the budget has changed: what was known of it may be wrong. */
  forgetRefusal(): void {
    this.refusal = undefined;
    this.wake();
  }

  /** Works through those who wait, until nobody does. */
  private async serve(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        if (this.serveFromLease(false)) continue;
        const reply = await this.ask();
        if (!reply) continue;
        if (!this.serveFromLease(reply.granted !== undefined)) await this.endOrWait(reply.state);
      }
    } finally {
      this.isAsking = false;
      this.plan();
    }
  }

  /**
   * Serves those at the front that the lease has room for. Where billing has just given what it could, nobody gets more than it
   * needs, so that as many as possible are under way.
   */
  private serveFromLease(isAllThereIs: boolean): boolean {
    let served = false;
    for (let next = this.waiting[0]; next && this.lease; next = this.waiting[0]) {
      const { least, most } = next.bounds(this.ratios.get(next.model));
      const { free } = this.lease;
      if (performance.now() >= this.lease.until || free < least || (free < most && !isAllThereIs)) break;
      const isShort = isAllThereIs && this.waiting.length > 1 && free < most * BigInt(this.waiting.length);
      const nanoUsd = isShort ? least : free < most ? free : most;
      this.lease.free -= nanoUsd;
      this.waiting.shift();
      next.settle({ lease: this.lease.id, nanoUsd });
      served = true;
    }
    return served;
  }

  private async ask(): Promise<BudgetLeaseReply | undefined> {
    const [first] = this.waiting;
    if (!first) return undefined;
    const returned = this.takeLease();
    const askedAt = performance.now();
    try {
      const reply = await this.source.lease({
        leastNanoUsd: first.bounds(this.ratios.get(first.model)).least.toString(),
        wantNanoUsd: this.wanted().toString(),
        model: first.model,
        ...(returned ? { returned } : {}),
      });
      if (reply.promptRatio !== undefined) this.ratios.set(first.model, reply.promptRatio);
      const { granted } = reply;
      this.state = reply.state;
      if (granted) {
        // Counted from before the question: whatever the way took, billing counts from later.
        const until = askedAt + granted.spendMilliseconds;
        this.lease = { id: granted.lease, free: BigInt(granted.nanoUsd), until };
      }
      return reply;
    } catch {
      for (const { refuse } of this.waiting.splice(0)) refuse(new BudgetUnknown(this.budget));
      return undefined;
    }
  }

  private wanted(): bigint {
    return this.waiting
      .slice(0, HoldLimit.leasedAhead)
      .reduce((sum, { bounds, model }) => sum + bounds(this.ratios.get(model)).most, 0n);
  }

  /** Refuses what cannot fit in this period any more, and whose patience is over; the rest waits a moment for others to settle. */
  private async endOrWait(state: BudgetState): Promise<void> {
    const now = performance.now();
    for (const waiting of this.waiting.splice(0)) {
      const { least } = waiting.bounds(this.ratios.get(waiting.model));
      const fits = mayFit(state, least);
      if (!fits) this.refusal = { state, until: now + HoldLimit.refusalMilliseconds };
      if (!fits || now >= waiting.until) waiting.refuse(new BudgetExceeded(this.budget, state, least));
      else this.waiting.push(waiting);
    }
    if (this.waiting.length === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, HoldLimit.askAgainMilliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What is not drawn in time goes back. */
  private plan(): void {
    clearTimeout(this.goBack);
    if (!this.lease) return;
    this.goBack = setTimeout(() => this.release(), Math.max(0, this.lease.until - performance.now()));
    this.goBack.unref();
  }

  private takeLease(): LeaseReturn | undefined {
    const { lease } = this;
    this.lease = undefined;
    clearTimeout(this.goBack);
    return lease && lease.free > 0n ? { lease: lease.id, nanoUsd: lease.free.toString() } : undefined;
  }
}

/** Whether so much has room in the period once everything under way has settled to nothing. */
function mayFit({ limitNanoUsd, postedNanoUsd }: BudgetState, least: bigint): boolean {
  return BigInt(postedNanoUsd) + least <= BigInt(limitNanoUsd);
}
