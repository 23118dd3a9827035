import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { BudgetBook, downgraded, IssuedBudgets, type AppliedBudget, type HoldBounds } from '#libs/budgets';
import {
  budgetLeaseReplySchema,
  budgetRecalledSchema,
  budgetReturnReplySchema,
  Subject,
  type BudgetEntry,
  type BudgetState,
  type Facts,
  type Hold,
  type LeaseReturn,
} from '#libs/contracts';
import { KeyBucket, Messaging, SnapshotWatch } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { BudgetExceeded, BudgetUnknown } from './budget-refusal.js';
import { HoldLimit } from './hold-limits.js';
import { LeaseAccount, type TakenPart } from './lease-account.js';

/** What was set aside for a request, and how it is given back where the request went nowhere. */
export interface HeldRequest {
  /** The facts to go on with: those of a cheaper model where the budget says so. */
  readonly facts: Facts;
  readonly giveBack: () => void;
}

/** A request that money is asked for, and until when it waits for it. */
interface Asked {
  readonly facts: Facts;
  readonly applied: readonly AppliedBudget[];
  readonly until: number;
}

interface Taken extends TakenPart {
  readonly account: LeaseAccount;
  readonly budget: BudgetEntry;
}

const NOTHING_TO_GIVE_BACK = (): void => undefined;
const MOST_DOWNGRADES = 3;

/**
 * Sets money aside for requests before anybody is called, from slices of budgets that billing leases to this process. A request
 * that no budget counts pays nothing for it, not even a promise.
 */
@Injectable()
export class BudgetGate implements BeforeApplicationShutdown {
  private readonly issued = new IssuedBudgets();
  private book = new BudgetBook({ models: [] });
  private readonly accounts = new Map<string, LeaseAccount>();
  private readonly givenBack = new Set<Promise<void>>();

  constructor(
    watch: SnapshotWatch,
    keys: KeyBucket,
    private readonly messaging: Messaging,
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {
    watch.onChange((snapshot) => {
      this.book = new BudgetBook(snapshot, this.issued);
      for (const account of this.accounts.values()) account.forgetRefusal();
    });
    keys.onNameChange((entry) => this.issued.follow(entry));
    messaging.subscribe(Subject.budgetRecalled, (message) => {
      const recalled = budgetRecalledSchema.safeParse(message.json());
      if (!recalled.success || recalled.data.holder === settings.instance) return;
      this.accounts.get(accountKey(recalled.data.budget, recalled.data.subject))?.release();
    });
  }

  /** The budgets that count a request; an empty list for most. */
  of(facts: Facts): readonly AppliedBudget[] {
    return this.book.of(facts);
  }

  /**
   * Sets aside what the request may cost, on each budget that counts it. Where one has no room for the dearest target that may be
   * reached, the request goes on for those that still fit, and then for the model that the budget says.
   * @throws BudgetExceeded 402, DialectError 503 while billing is away and what was leased is used up.
   */
  async hold(facts: Facts, applied: readonly AppliedBudget[]): Promise<HeldRequest> {
    // One patience for the whole way, however often it narrows.
    const until = performance.now() + this.settings.budgetWaitMilliseconds;
    let asked: Asked = { facts, applied, until };
    for (let downgrades = 0; ;) {
      try {
        return await this.holdFor(asked, (of, ratio) => this.book.bounds(of, ratio));
      } catch (error) {
        if (error instanceof BudgetUnknown && this.settings.budgetsUnknown === 'admit') {
          return { facts, giveBack: NOTHING_TO_GIVE_BACK };
        }
        if (!(error instanceof BudgetExceeded)) throw error;
        let next = this.book.narrowed(asked.facts, error.budget, error.leftNanoUsd);
        if (!next && downgrades++ < MOST_DOWNGRADES) next = downgraded(asked.facts, error.budget);
        if (!next) throw error;
        asked = { facts: { ...next, ...usedShareOf([error.state]) }, applied: this.of(next), until };
      }
    }
  }

  /** Sets aside exactly this much and the markup, for what is already known. */
  async holdExactly(facts: Facts, applied: readonly AppliedBudget[], nanoUsd: bigint): Promise<HeldRequest> {
    const exact = this.book.withMarkup(facts, nanoUsd);
    const until = performance.now() + this.settings.budgetWaitMilliseconds;
    return this.holdFor({ facts, applied, until }, () => ({ least: exact, most: exact }));
  }

  /** What is left of leases goes back, so that others need not wait for their end. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const account of this.accounts.values()) account.release();
    await Promise.all(this.givenBack);
  }

  private async holdFor(
    { facts, applied, until }: Asked,
    boundsOf: (facts: Facts, promptRatio: number | undefined) => HoldBounds,
  ): Promise<HeldRequest> {
    const bounds = (promptRatio: number | undefined): HoldBounds => boundsOf(facts, promptRatio);
    const { most } = bounds(undefined);
    if (most === 0n) return { facts, giveBack: NOTHING_TO_GIVE_BACK };
    const taken: Taken[] = [];
    const giveBack = (): void => taken.forEach(({ account, ...part }) => account.putBack(part));
    try {
      for (const { budget, subject } of applied) {
        const account = this.accountOf(budget, subject);
        const part = account.takeNow(most) ?? (await account.take({ model: facts.model, bounds, until }));
        taken.push({ ...part, account, budget });
      }
    } catch (error) {
      giveBack();
      throw error;
    }
    return {
      facts: { ...facts, hold: holdOf(taken), ...usedShareOf(taken.map(({ account }) => account.state)) },
      giveBack,
    };
  }

  private accountOf(budget: BudgetEntry, subject: string): LeaseAccount {
    const key = accountKey(budget.id, subject);
    const known = this.accounts.get(key);
    if (known?.budget === budget) return known;
    known?.release();
    if (this.accounts.size >= HoldLimit.accounts) this.forgetIdle();
    const account = new LeaseAccount(budget, {
      lease: (ask) =>
        this.messaging.ask(
          Subject.budgetLease,
          {
            ...ask,
            budget: budget.id,
            subject,
            holder: this.settings.instance,
            longestCallMilliseconds: this.book.longestCallMilliseconds,
          },
          budgetLeaseReplySchema,
          HoldLimit.answerMilliseconds,
        ),
      giveBack: (returned) => this.giveBack(returned),
    });
    this.accounts.set(key, account);
    return account;
  }

  private forgetIdle(): void {
    for (const [key, account] of this.accounts) if (account.isIdle) this.accounts.delete(key);
  }

  /** Where that fails the lease comes to its end by itself. */
  private giveBack(returned: LeaseReturn): void {
    const done = this.messaging
      .ask(Subject.budgetReturn, { returns: [returned] }, budgetReturnReplySchema, HoldLimit.answerMilliseconds)
      .then(
        () => undefined,
        (error: unknown) => this.logger.warn({ lease: returned.lease, error }, 'a lease could not be given back'),
      )
      .finally(() => this.givenBack.delete(done));
    this.givenBack.add(done);
  }
}

function accountKey(budget: string, subject: string): string {
  return `${budget} ${subject}`;
}

function holdOf(taken: readonly Taken[]): Hold {
  const least = taken.reduce((most, { nanoUsd }) => (nanoUsd < most ? nanoUsd : most), taken[0]?.nanoUsd ?? 0n);
  return {
    nanoUsd: least.toString(),
    leases: taken.map(({ lease, nanoUsd, budget }) => ({
      id: lease,
      nanoUsd: nanoUsd.toString(),
      ...(budget.scope?.providers ? { providers: budget.scope.providers } : {}),
    })),
  };
}

/** Of the budget that is used most, as billing last said. */
function usedShareOf(states: readonly (BudgetState | undefined)[]): Pick<Facts, 'budgetUsedShare'> {
  const shares = states.flatMap((state) => {
    if (!state || state.limitNanoUsd === '0') return [];
    return [(Number(state.postedNanoUsd) + Number(state.heldNanoUsd)) / Number(state.limitNanoUsd)];
  });
  return shares.length === 0 ? {} : { budgetUsedShare: Math.max(...shares) };
}
