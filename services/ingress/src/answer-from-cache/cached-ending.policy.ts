import { eventFacts, type AnswerHead, type Facts, type KeptAnswer, type RequestEnded } from '#libs/contracts';
import { withMarkup } from '#libs/pricing';

/** How a request ends that is answered with what was kept of an earlier one: what the caller learns, and the terminal event. */
export interface CachedEnding {
  readonly answer: AnswerHead;
  readonly event: RequestEnded;
  readonly ageSeconds: number;
}

/** Shares are told apart to a millionth. */
const SHARES = 1_000_000n;

/** Nobody was called: there are no attempts, and the charge is the policy's share of what the kept answer cost, with the caller's markup. */
export function cachedEnding(
  facts: Facts,
  kept: KeptAnswer,
  { priceShare, markupMillionths, now }: { priceShare: number; markupMillionths: number; now: number },
): CachedEnding {
  const charge = chargeOf(kept, priceShare);
  // Billing adds the markup to the event's charge; what the caller is told has it already.
  const told = withMarkup(charge, markupMillionths).toString();
  return {
    ageSeconds: Math.max(0, Math.floor((now - kept.keptAt) / 1_000)),
    answer: { ...kept.head, status: 200, attempts: 0, costNanoUsd: told },
    event: {
      ...eventFacts(facts),
      outcome: 'completed',
      endedAt: now,
      firstByteMilliseconds: Math.max(0, now - facts.receivedAt),
      cachedFrom: kept.requestId,
      cacheChargeNanoUsd: charge.toString(),
      attempts: [],
      ...(kept.finishReason === undefined ? {} : { finishReason: kept.finishReason }),
      costNanoUsd: told,
    },
  };
}

/** What a kept answer is charged for: a share of what it cost, rounded half up to a whole nano-USD. */
export function chargeOf({ costNanoUsd }: Pick<KeptAnswer, 'costNanoUsd'>, share: number): bigint {
  const cost = BigInt(costNanoUsd);
  const parts = BigInt(Math.round(share * Number(SHARES)));
  return (cost * parts + SHARES / 2n) / SHARES;
}
