import type { BudgetEntry, ModelEntry, Price } from '#libs/contracts';

/** A price of a nano-USD for each token, with whatever a test changes. */
export function buildPrice(changes: Partial<Price> = {}): Price {
  return {
    version: 'price_0123456789abcdef',
    inputNanoUsdPerMillion: '1000000',
    outputNanoUsdPerMillion: '1000000',
    ...changes,
  };
}

/** A model with one target of its own name. */
export function buildModel(name: string, changes: Partial<ModelEntry> = {}): ModelEntry {
  return {
    name,
    strategy: 'priority',
    timeouts: { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 },
    targets: [{ provider: `of-${name}`, model: name, priority: 1, weight: 1, price: buildPrice() }],
    ...changes,
  };
}

/** A budget of the organisation `demo`. */
export function buildBudget(id: string, changes: Partial<BudgetEntry> = {}): BudgetEntry {
  return {
    id,
    organization: 'demo',
    limitNanoUsd: '1000',
    period: 'month',
    timeZone: 'UTC',
    alertAt: [],
    onExceeded: { kind: 'refuse' },
    ...changes,
  };
}
