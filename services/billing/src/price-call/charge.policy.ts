import type { Attempt, RequestEnded, Usage } from '#libs/contracts';
import { attemptsPaidByCaller, costOf, withMarkup, type TokenPrices } from '#libs/pricing';
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
  /** What the provider is paid. */
  readonly costNanoUsd: bigint;
  /** Whose money that is. */
  readonly payer: 'caller' | 'platform';
}

/** What a terminal event costs: a line for each attempt with usage, and the sums of those that the caller pays. */
export interface PricedEvent {
  readonly event: RequestEnded;
  readonly lines: readonly PricedAttempt[];
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedPromptTokens: number;
  readonly cacheWritePromptTokens: number;
  /** What else was used; undefined where nothing was. */
  readonly furtherUsage: Partial<Usage> | undefined;
  /** Of the caller: what the provider is paid, and the markup. */
  readonly costNanoUsd: bigint;
  /** What the provider is paid for the lines that the platform pays. */
  readonly wasteNanoUsd: bigint;
  /** The part of the cost that is beyond the hold of the request. */
  readonly overrunNanoUsd: bigint;
  readonly markupMillionths: number;
  /** What the same usage would have cost at the dearest model, with the same markup; the cost where there is nothing to compare with. */
  readonly baselineNanoUsd: bigint;
  /** The price that it is derived from. */
  readonly baselinePriceVersion: string | undefined;
}

/** What a charge takes from the configuration beside prices. */
export interface ChargeTerms {
  readonly markupMillionths?: number;
  /** The price version of the dearest model. */
  readonly dearest?: string | undefined;
}

/** The versions that must be known before these events can be priced; an attempt without usage needs no price. */
export function priceVersionsOf(events: readonly RequestEnded[], dearest?: string): Set<string> {
  const versions = new Set<string>(dearest === undefined ? [] : [dearest]);
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
 * Prices an event: every attempt that used something, whoever pays it (`attemptsPaidByCaller`). No usage costs nothing; usage at an
 * unknown price throws `UnknownPriceVersion`, for its cost is not nothing. What a held request costs beyond its hold is an overrun.
 */
export function priceEvent(
  event: RequestEnded,
  prices: Prices,
  { markupMillionths = 0, dearest }: ChargeTerms = {},
): PricedEvent {
  const { outcome, attempts, hold } = event;
  const hasBegun = event.firstByteMilliseconds !== undefined;
  const paid = attemptsPaidByCaller({ outcome, attempts, hasBegun, isCopy: event.shadowOf !== undefined });
  const lines: PricedAttempt[] = [];
  for (const [position, attempt] of attempts.entries()) {
    const { usage } = attempt;
    const payer = paid.has(position) ? 'caller' : 'platform';
    if (usage) lines.push(priceAttempt({ ...attempt, usage }, { position, payer }, prices));
  }
  const cached = cacheLine(event);
  if (cached) lines.push(cached);
  const ofCaller = lines.filter(({ payer }) => payer === 'caller');
  const costNanoUsd = withMarkup(sumOfCosts(ofCaller), markupMillionths);
  const most = hold === undefined ? costNanoUsd : BigInt(hold.nanoUsd);
  return {
    event,
    lines,
    ...tokenSums(ofCaller),
    furtherUsage: reportedSums(ofCaller.map(({ usage }) => usage)),
    costNanoUsd,
    wasteNanoUsd: sumOfCosts(lines) - sumOfCosts(ofCaller),
    overrunNanoUsd: costNanoUsd > most ? costNanoUsd - most : 0n,
    markupMillionths,
    ...baselineOf({ event, lines: ofCaller, prices, dearest }, { costNanoUsd, markupMillionths }),
  };
}

interface Compared {
  readonly event: RequestEnded;
  readonly lines: readonly PricedAttempt[];
  readonly prices: Prices;
  readonly dearest: string | undefined;
}

/** Operations that any model for text could have done. */
const COMPARABLE_OPERATIONS: ReadonlySet<string> = new Set(['chat', 'text_completion']);

function baselineOf(
  { event, lines, prices, dearest }: Compared,
  { costNanoUsd, markupMillionths }: { costNanoUsd: bigint; markupMillionths: number },
): Pick<PricedEvent, 'baselineNanoUsd' | 'baselinePriceVersion'> {
  const price = dearest === undefined ? undefined : prices.get(dearest);
  const isComparable = lines.length > 0 && lines.every(({ provider }) => provider !== CACHE);
  if (!price || !isComparable || !COMPARABLE_OPERATIONS.has(event.operation)) {
    return { baselineNanoUsd: costNanoUsd, baselinePriceVersion: undefined };
  }
  const sum = lines.reduce((total, { usage }) => total + costOf(usage, price), 0n);
  return { baselineNanoUsd: withMarkup(sum, markupMillionths), baselinePriceVersion: dearest };
}

function sumOfCosts(lines: readonly PricedAttempt[]): bigint {
  return lines.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
}

function tokenSums(lines: readonly PricedAttempt[]) {
  const sums = { promptTokens: 0, completionTokens: 0, cachedPromptTokens: 0, cacheWritePromptTokens: 0 };
  for (const { usage } of lines) {
    sums.promptTokens += usage.promptTokens;
    sums.completionTokens += usage.completionTokens;
    sums.cachedPromptTokens += usage.cachedPromptTokens ?? 0;
    sums.cacheWritePromptTokens += usage.cacheWritePromptTokens ?? 0;
  }
  return sums;
}

/** What stands in place of provider and price of an answer that was kept of an earlier request. */
export const CACHE = 'cache';

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
    payer: 'caller',
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

function priceAttempt(
  attempt: Attempt & { usage: Usage },
  { position, payer }: { position: number; payer: PricedAttempt['payer'] },
  prices: Prices,
): PricedAttempt {
  const { provider, model, priceVersion, usage } = attempt;
  const price = prices.get(priceVersion);
  if (!price) {
    throw new UnknownPriceVersion([priceVersion]);
  }
  // A worker that does not say where its numbers come from has not got them from the provider for certain.
  const usageBasis = attempt.usageBasis ?? 'estimate';
  const costNanoUsd = costOf(usage, price);
  return { attempt: position, provider, model, priceVersion, usage, usageBasis, costNanoUsd, payer };
}
