import { describe, expect, it } from '@jest/globals';
import type { BudgetEntry, BudgetLease, BudgetLeaseReply, LeaseReturn } from '#libs/contracts';
import { eventually } from '#libs/testing';
import { LeaseAccount, type LeaseSource } from './lease-account.js';

const budget: BudgetEntry = {
  id: 'demo:month',
  organization: 'demo',
  limitNanoUsd: '1000',
  period: 'month',
  timeZone: 'UTC',
  alertAt: [],
  onExceeded: { kind: 'refuse' },
};

/** Billing as it decides: what is asked for where it fits, and what is given back is free again. */
class PlayedBilling implements LeaseSource {
  spendMilliseconds = 60_000;
  posted = 0n;
  held = 0n;
  isAway = false;
  promptRatio: number | undefined;
  readonly asked: string[] = [];
  private count = 0;

  constructor(readonly limit = 1_000n) {}

  async lease(ask: Pick<BudgetLease, 'leastNanoUsd' | 'wantNanoUsd' | 'returned'>): Promise<BudgetLeaseReply> {
    this.asked.push(ask.wantNanoUsd);
    await Promise.resolve();
    if (this.isAway) throw new Error('nobody answers');
    if (ask.returned) this.giveBack(ask.returned);
    const free = this.limit - this.posted - this.held;
    const want = BigInt(ask.wantNanoUsd);
    const size = want < free ? want : free;
    const isRoom = free >= BigInt(ask.leastNanoUsd);
    if (isRoom) this.held += size;
    const granted = {
      lease: `lease-${this.count++}`,
      nanoUsd: size.toString(),
      spendMilliseconds: this.spendMilliseconds,
    };
    return {
      ...(isRoom ? { granted } : {}),
      state: {
        limitNanoUsd: this.limit.toString(),
        postedNanoUsd: this.posted.toString(),
        heldNanoUsd: this.held.toString(),
      },
      ...(this.promptRatio === undefined ? {} : { promptRatio: this.promptRatio }),
    };
  }

  giveBack({ nanoUsd }: LeaseReturn): void {
    this.held -= BigInt(nanoUsd);
  }

  settle(held: bigint, cost: bigint): void {
    this.held -= held;
    this.posted += cost;
  }
}

const bounds =
  (least: bigint, most = least) =>
  () => ({ least, most });

const take = (account: LeaseAccount, wanted: Parameters<LeaseAccount['take']>[0]['bounds'], patience = 2_000) =>
  account.take({ model: 'm', bounds: wanted, until: performance.now() + patience });

describe('an account of leases', () => {
  it('asks once for all who wait, and then needs nobody', async () => {
    const billing = new PlayedBilling();
    const account = new LeaseAccount(budget, billing);
    const parts = await Promise.all([1, 2, 3].map(() => take(account, bounds(100n))));
    expect(parts.map(({ nanoUsd }) => nanoUsd)).toEqual([100n, 100n, 100n]);
    expect(billing.asked.length).toBeLessThanOrEqual(2);
    account.release();
    expect(billing.held).toBe(300n);
  });

  it('takes from its lease at once while that has room', async () => {
    const account = new LeaseAccount(budget, new PlayedBilling());
    account.putBack(await take(account, bounds(100n)));
    expect(account.takeNow(60n)).toMatchObject({ nanoUsd: 60n });
    expect(account.takeNow(60n)).toBeUndefined();
    account.release();
  });

  it('draws nothing from a lease whose time is over, and gives back what is left of it', async () => {
    const billing = new PlayedBilling();
    billing.spendMilliseconds = 20;
    const account = new LeaseAccount(budget, billing);
    account.putBack(await take(account, bounds(1_000n)));
    expect(account.takeNow(1n)).toBeDefined();
    await eventually(() => expect(billing.held).toBeLessThan(1_000n));
    expect(account.takeNow(1n)).toBeUndefined();
    expect(billing.held).toBe(1n);
  });

  it('refuses at once what cannot fit any more, and says why', async () => {
    const billing = new PlayedBilling();
    billing.posted = 950n;
    const account = new LeaseAccount(budget, billing);
    await expect(take(account, bounds(100n))).rejects.toMatchObject({ status: 402, code: 'budget_exceeded' });
    await expect(take(account, bounds(100n))).rejects.toMatchObject({ status: 402 });
    expect(billing.asked).toHaveLength(1);
    account.forgetRefusal();
    billing.posted = 0n;
    expect(await take(account, bounds(100n))).toMatchObject({ nanoUsd: 100n });
    account.release();
  });

  it('lets wait what does not fit because of others, until these have settled', async () => {
    const billing = new PlayedBilling();
    billing.held = 950n;
    const account = new LeaseAccount(budget, billing);
    const waiting = take(account, bounds(100n));
    setTimeout(() => billing.settle(950n, 100n), 20);
    expect(await waiting).toMatchObject({ nanoUsd: 100n });
    account.release();
  });

  it('ends the wait of a request when its patience is over', async () => {
    const billing = new PlayedBilling();
    billing.held = 950n;
    const account = new LeaseAccount(budget, billing);
    await expect(take(account, bounds(100n), 0)).rejects.toMatchObject({ status: 402 });
  });

  it('refuses with 503 while nobody can tell, and goes on when somebody can', async () => {
    const billing = new PlayedBilling();
    billing.isAway = true;
    const account = new LeaseAccount(budget, billing);
    await expect(take(account, bounds(100n))).rejects.toMatchObject({ status: 503, code: 'budget_unavailable' });
    billing.isAway = false;
    expect(await take(account, bounds(100n))).toMatchObject({ nanoUsd: 100n });
    account.release();
  });

  it('gives each no more than it needs where there is not enough for all', async () => {
    const billing = new PlayedBilling(250n);
    const account = new LeaseAccount(budget, billing);
    const parts = await Promise.all([1, 2].map(() => take(account, bounds(100n, 200n))));
    expect(parts.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n)).toBeLessThanOrEqual(250n);
    account.release();
  });

  it('learns how prompts of a model turn out, and then needs less', async () => {
    const billing = new PlayedBilling(100n);
    billing.promptRatio = 0.5;
    billing.posted = 40n;
    const account = new LeaseAccount(budget, billing);
    const byRatio = (ratio = 1) => ({ least: BigInt(100 * ratio), most: BigInt(100 * ratio) });
    await expect(take(account, byRatio)).resolves.toMatchObject({ nanoUsd: 50n });
    account.release();
  });

  it('gives back what it does not use when others need it, but not while its own wait', async () => {
    const billing = new PlayedBilling();
    const account = new LeaseAccount(budget, billing);
    account.putBack(await take(account, bounds(400n)));
    account.release();
    expect(billing.held).toBe(0n);
  });
});
