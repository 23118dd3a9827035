import type { Attempt, RequestEnded, Usage } from '#libs/contracts';
import { costOf, type TokenPrices } from '#libs/pricing';
import { reportedSums } from './further-usage.policy.js';
import { UnknownPriceVersion } from './unknown-price-version.error.js';

/** Prices by their version. */
export type Prices = ReadonlyMap<string, TokenPrices>;

/** One attempt that used something. */
export interface PricedAttempt {
  /** Position among the attempts of the request, from 0. */
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly priceVersion: string;
  readonly usage: Usage;
  readonly usageBasis: 'provider' | 'estimate';
  readonly costNanoUsd: bigint;
}

/** What a terminal event costs: a line for each attempt with usage, and their sums. */
export interface PricedEvent {
  readonly event: RequestEnded;
  readonly lines: readonly PricedAttempt[];
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedPromptTokens: number;
  readonly cacheWritePromptTokens: number;
  /** What else was used; undefined where nothing was. */
  readonly furtherUsage: Partial<Usage> | undefined;
  readonly costNanoUsd: bigint;
}

/** The versions that must be known before these events can be priced; an attempt without usage needs no price. */
export function priceVersionsOf(events: readonly RequestEnded[]): Set<string> {
  const versions = new Set<string>();
  for (const { attempts } of events) {
    for (const { usage, priceVersion } of attempts) {
      if (usage) {
        versions.add(priceVersion);
      }
    }
  }
  return versions;
}

/**
 * Prices an event. Failed and cancelled attempts are charged like others where they used tokens: the provider bills them.
 * No usage costs nothing; usage at an unknown price throws `UnknownPriceVersion`, for its cost is not nothing.
 */
export function priceEvent(event: RequestEnded, prices: Prices): PricedEvent {
  const lines: PricedAttempt[] = [];
  const sums = {
    promptTokens: 0,
    completionTokens: 0,
    cachedPromptTokens: 0,
    cacheWritePromptTokens: 0,
    costNanoUsd: 0n,
  };
  for (const [position, attempt] of event.attempts.entries()) {
    if (attempt.usage) {
      const line = priceAttempt({ ...attempt, usage: attempt.usage }, position, prices);
      lines.push(line);
      sums.promptTokens += line.usage.promptTokens;
      sums.completionTokens += line.usage.completionTokens;
      sums.cachedPromptTokens += line.usage.cachedPromptTokens ?? 0;
      sums.cacheWritePromptTokens += line.usage.cacheWritePromptTokens ?? 0;
      sums.costNanoUsd += line.costNanoUsd;
    }
  }
  const cached = cacheLine(event);
  if (cached) {
    lines.push(cached);
    sums.costNanoUsd += cached.costNanoUsd;
  }
  return { event, lines, ...sums, furtherUsage: reportedSums(lines.map(({ usage }) => usage)) };
}

/** What stands in place of provider and price of an answer that was kept of an earlier request. */
const CACHE = 'cache';

/** Such an answer costs what the event says, a share of the earlier cost by policy; nothing was used. */
function cacheLine({ model, attempts, cachedFrom, cacheChargeNanoUsd = '0' }: RequestEnded): PricedAttempt | undefined {
  const costNanoUsd = BigInt(cacheChargeNanoUsd);
  if (cachedFrom === undefined || costNanoUsd <= 0n) return undefined;
  return {
    attempt: attempts.length,
    provider: CACHE,
    model,
    priceVersion: CACHE,
    usage: { promptTokens: 0, completionTokens: 0 },
    usageBasis: 'provider',
    costNanoUsd,
  };
}

/** The first event of each request; later ones of the same request have no effect. */
export function firstOfEachRequest(events: readonly RequestEnded[]): RequestEnded[] {
  const first = new Map<string, RequestEnded>();
  for (const event of events) {
    if (!first.has(event.requestId)) {
      first.set(event.requestId, event);
    }
  }
  return [...first.values()];
}

function priceAttempt(attempt: Attempt & { usage: Usage }, position: number, prices: Prices): PricedAttempt {
  const { provider, model, priceVersion, usage } = attempt;
  const price = prices.get(priceVersion);
  if (!price) {
    throw new UnknownPriceVersion([priceVersion]);
  }
  // A worker that does not say where its numbers come from has not got them from the provider for certain.
  const usageBasis = attempt.usageBasis ?? 'estimate';
  return { attempt: position, provider, model, priceVersion, usage, usageBasis, costNanoUsd: costOf(usage, price) };
}
