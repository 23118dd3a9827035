import { CACHE, type PricedAttempt } from './charge.policy.js';

/** What one provider is paid for calls of a request: for those that the caller pays, and for those that the platform does. */
interface CallCosts {
  readonly cost: bigint;
  readonly waste: bigint;
}

/** What the provider that answered is paid, and what every other one that was called. An answer out of the cache costs nobody anything. */
export function callCosts(lines: readonly PricedAttempt[], answeredBy: string) {
  const byProvider = new Map<string, CallCosts>();
  for (const { provider, costNanoUsd, payer } of lines) {
    if (provider === CACHE) continue;
    const { cost, waste } = byProvider.get(provider) ?? { cost: 0n, waste: 0n };
    byProvider.set(
      provider,
      payer === 'caller' ? { cost: cost + costNanoUsd, waste } : { cost, waste: waste + costNanoUsd },
    );
  }
  const served = byProvider.get(answeredBy) ?? { cost: 0n, waste: 0n };
  byProvider.delete(answeredBy);
  return { served, elsewhere: [...byProvider].map(([provider, costs]) => ({ provider, ...costs })) };
}
