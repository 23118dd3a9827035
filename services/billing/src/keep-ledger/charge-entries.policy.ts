import type { PricedEvent } from '../price-call/charge.policy.js';

/** What a transaction moves on one account, by the account's name. */
export interface NamedEntry {
  readonly account: string;
  readonly nanoUsd: bigint;
}

/**
 * The accounts of the ledger. Debits are positive, so that what customers owe and what calls cost is above zero, and what is earned,
 * owed to providers or was paid in advance is below; together they are zero.
 */
export const Account = {
  /** What an organisation owes for its calls. */
  customer: (organization: string) => `customer:${organization}`,
  /** What calls cost beyond what was held for them; nobody is charged for it. */
  overruns: (organization: string) => `overruns:${organization}`,
  revenue: 'revenue',
  /** What a provider is paid for answers, and for what no caller pays. */
  providerCost: (provider: string) => `provider_cost:${provider}`,
  platformWaste: (provider: string) => `platform_waste:${provider}`,
  /** The other side of both: what a provider bills. */
  payable: (provider: string) => `payable:${provider}`,
  /** What is set aside of an organisation's budgets; zero when nothing is under way. */
  holds: (organization: string) => `holds:${organization}`,
  commitments: (organization: string) => `commitments:${organization}`,
  /** What an organisation was granted or has paid in advance. */
  credits: (organization: string) => `credits:${organization}`,
  cash: 'cash',
} as const;

const CACHE = 'cache';

/** The entries of a charge; they sum to zero, and there are none where nothing was used. */
export function chargeEntries(priced: PricedEvent): NamedEntry[] {
  const { organization } = priced.event;
  const sums = new Map<string, bigint>();
  const add = (account: string, nanoUsd: bigint): void => {
    if (nanoUsd !== 0n) sums.set(account, (sums.get(account) ?? 0n) + nanoUsd);
  };
  add(Account.customer(organization), priced.costNanoUsd - priced.overrunNanoUsd);
  add(Account.overruns(organization), priced.overrunNanoUsd);
  add(Account.revenue, -priced.costNanoUsd);
  for (const { provider, costNanoUsd, payer } of priced.lines) {
    // An answer that was kept of an earlier call costs no provider anything.
    if (provider === CACHE) continue;
    add(payer === 'caller' ? Account.providerCost(provider) : Account.platformWaste(provider), costNanoUsd);
    add(Account.payable(provider), -costNanoUsd);
  }
  return [...sums].map(([account, nanoUsd]) => ({ account, nanoUsd }));
}
