import { describe, expect, it } from '@jest/globals';
import { RetryBudget } from './retry-budget.js';

describe('RetryBudget', () => {
  it('allows a tenth of the calls to be tried again, besides a reserve', () => {
    const budget = new RetryBudget();
    let retries = 0;
    for (let call = 0; call < 1_000; call++) {
      budget.deposit();
      if (budget.withdraw()) retries++;
    }

    expect(retries).toBeGreaterThan(100);
    expect(retries).toBeLessThanOrEqual(110);
  });

  it('saves up no more than a bounded number', () => {
    const budget = new RetryBudget();
    for (let call = 0; call < 100_000; call++) budget.deposit();
    let retries = 0;
    while (budget.withdraw()) retries++;

    expect(retries).toBe(100);
  });
});
