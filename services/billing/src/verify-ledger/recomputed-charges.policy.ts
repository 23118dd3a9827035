import type { Usage } from '#libs/contracts';
import { costOf, withMarkup } from '#libs/pricing';
import type { Prices } from '../price-call/charge.policy.js';

/** A line of a charge as it is stored. */
export interface StoredLine {
  readonly provider: string;
  readonly priceVersion: string;
  readonly payer: string;
  readonly costNanoUsd: string;
  readonly usage: Usage;
}

/** A charge as it is stored, with its lines. */
export interface StoredCharge {
  readonly requestId: string;
  readonly costNanoUsd: string;
  readonly wasteNanoUsd: string;
  readonly markupMillionths: number;
  readonly baselineNanoUsd: string | null;
  readonly baselinePriceVersion: string | null;
  readonly lines: readonly StoredLine[];
}

/** What is wrong with a charge when it is derived again from usage and prices; undefined where nothing is. */
export function disagreement(charge: StoredCharge, prices: Prices): string | undefined {
  let caller = 0n;
  let platform = 0n;
  for (const line of charge.lines) {
    const stored = BigInt(line.costNanoUsd);
    const wrong = line.provider === 'cache' ? undefined : wrongLine(line, stored, prices);
    if (wrong !== undefined) return wrong;
    if (line.payer === 'caller') caller += stored;
    else platform += stored;
  }
  const cost = withMarkup(caller, charge.markupMillionths);
  if (cost !== BigInt(charge.costNanoUsd)) return `costs ${cost}, but ${charge.costNanoUsd} is stored`;
  if (platform !== BigInt(charge.wasteNanoUsd)) return `wastes ${platform}, but ${charge.wasteNanoUsd} is stored`;
  return wrongBaseline(charge, prices);
}

function wrongBaseline({ baselineNanoUsd, baselinePriceVersion, ...charge }: StoredCharge, prices: Prices) {
  if (baselineNanoUsd === null || baselinePriceVersion === null) return undefined;
  const price = prices.get(baselinePriceVersion);
  if (!price) return `is compared with the price ${baselinePriceVersion}, which is not stored`;
  const ofCaller = charge.lines.filter(({ payer }) => payer === 'caller');
  const sum = ofCaller.reduce((total, { usage }) => total + costOf(usage, price), 0n);
  const baseline = withMarkup(sum, charge.markupMillionths);
  if (baseline === BigInt(baselineNanoUsd)) return undefined;
  return `would cost ${baseline} at the dearest model, but ${baselineNanoUsd} is stored`;
}

function wrongLine({ priceVersion, usage }: StoredLine, stored: bigint, prices: Prices): string | undefined {
  const price = prices.get(priceVersion);
  if (!price) return `names the price ${priceVersion}, which is not stored`;
  const derived = costOf(usage, price);
  if (derived === stored) return undefined;
  // A call that its provider bills as a part of another one is no request of its own.
  if (costOf({ ...usage, requests: 0 }, price) === stored) return undefined;
  return `has a line of ${stored} that comes to ${derived} at ${priceVersion}`;
}
