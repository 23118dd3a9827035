import { limitRecalledSchema, Subject } from '#libs/contracts';
import { MessagingError, type LimitBucket, type Messaging } from '#libs/messaging';
import { exchange, type Exchange, type Exchanged } from './exchange.policy.js';
import { LimitAccount, type LimitSource, type TakenUse } from './limit-account.js';
import type { AppliedLimit } from './limit-index.js';
import type { MeasureStanding } from './measure.policy.js';

const MOST_ACCOUNTS = 50_000;
/** Most processes that may be faster, one after another. */
const MOST_TRIES = 200;

/** What one request has taken of all limits that count it. */
export interface TakenLimits {
  /** The request has ended, having used so many tokens; undefined where nobody knows. */
  end(usedTokens?: number): void;
  /** It went nowhere, and counts for nothing. */
  putBack(): void;
  /** How the limits stand now. */
  standings(): MeasureStanding[];
}

/**
 * Rate limits over all processes: each takes slices of what is free from the bucket `limits`, and counts by itself within them. A
 * process that dies leaves its slices counted as used; nobody lets more through than the limit.
 */
export class LimitGate {
  private readonly accounts = new Map<string, LimitAccount>();
  /** What was last read or written of each entry. */
  private readonly seen = new Map<string, { state: Exchanged['state'] | undefined; sequence: number }>();
  private readonly subscription;

  constructor(
    private readonly messaging: Pick<Messaging, 'publish' | 'subscribe'>,
    private readonly bucket: Pick<LimitBucket, 'find' | 'write'>,
    /** This process, by a name that no other has. */
    private readonly holder: string,
  ) {
    this.subscription = messaging.subscribe(Subject.limitRecalled, (message) => {
      const recalled = limitRecalledSchema.safeParse(message.json());
      if (!recalled.success || recalled.data.holder === holder) return;
      void this.accounts.get(recalled.data.subject)?.release();
    });
  }

  /**
   * Takes a request from all limits that count it, or from none. A promise only where something has to be asked.
   * @throws LimitReached, LimitUnknown
   */
  take(applied: readonly AppliedLimit[], tokens: number): TakenLimits | Promise<TakenLimits> {
    const taken: TakenUse[] = [];
    for (const limit of applied) {
      const use = this.accountOf(limit).takeNow(tokens);
      if (!use) return this.takeRest(applied, taken, tokens);
      taken.push(use);
    }
    return takenLimits(taken);
  }

  /**
   * Counts a request as under way that a process let through which does not count it any more. What it used by the minute and the day
   * is counted already.
   */
  adopt(applied: readonly AppliedLimit[]): TakenLimits {
    const taken = takenLimits(applied.map((limit) => this.accountOf(limit).adopt()));
    return { ...taken, end: () => taken.end(), putBack: () => taken.end() };
  }

  /** Counts a request that was made without having been asked for: there may be more of them then than the limit. */
  note(applied: readonly AppliedLimit[], usedTokens: number): void {
    for (const limit of applied) this.accountOf(limit).note(usedTokens);
  }

  /** What is left of leases goes back. */
  async stop(): Promise<void> {
    this.subscription.unsubscribe();
    await Promise.all([...this.accounts.values()].map((account) => account.release()));
    for (const account of this.accounts.values()) account.stop();
  }

  private async takeRest(applied: readonly AppliedLimit[], taken: TakenUse[], tokens: number): Promise<TakenLimits> {
    try {
      for (const limit of applied.slice(taken.length)) taken.push(await this.accountOf(limit).take(tokens));
    } catch (error) {
      for (const use of taken) use.account.putBack(use);
      throw error;
    }
    return takenLimits(taken);
  }

  private accountOf(limit: AppliedLimit): LimitAccount {
    const known = this.accounts.get(limit.subject);
    if (known) {
      known.follow(limit);
      return known;
    }
    if (this.accounts.size >= MOST_ACCOUNTS) this.forgetIdle();
    const account: LimitAccount = new LimitAccount(
      limit,
      this.sourceOf(limit.subject, () => account.owner),
    );
    this.accounts.set(limit.subject, account);
    return account;
  }

  private forgetIdle(): void {
    for (const [subject, account] of this.accounts) {
      if (!account.isIdle) continue;
      this.accounts.delete(subject);
      this.seen.delete(subject);
    }
  }

  private sourceOf(subject: string, owner: () => AppliedLimit): LimitSource {
    const { holder } = this;
    return {
      exchange: (ask) => this.exchange(subject, { ...ask, holder, limits: owner().limits }),
      recall: () => this.messaging.publish(Subject.limitRecalled, JSON.stringify({ subject, holder })),
    };
  }

  /** Whoever else was faster has written a state that this turn has to begin from. */
  private async exchange(subject: string, ask: Exchange): Promise<Exchanged> {
    let found = this.seen.get(subject) ?? (await this.bucket.find(subject));
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const result = exchange(found.state, ask);
      const sequence = await this.bucket.write(subject, result.state, found.sequence);
      if (sequence !== undefined) {
        this.seen.set(subject, { state: result.state, sequence });
        return result;
      }
      found = await this.bucket.find(subject);
    }
    throw new MessagingError('unavailable', `the limits ${subject} are changed by too many processes at once`);
  }
}

/** Whatever is told of its end first counts. */
function takenLimits(taken: readonly TakenUse[]): TakenLimits {
  let hasEnded = false;
  const once = (end: (use: TakenUse) => void): void => {
    if (!hasEnded) taken.forEach(end);
    hasEnded = true;
  };
  return {
    end: (usedTokens) => once((use) => use.account.end(use, usedTokens)),
    putBack: () => once((use) => use.account.putBack(use)),
    standings: () => taken.flatMap(({ account }) => account.standings()),
  };
}
