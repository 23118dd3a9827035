import { eventFacts, type AnswerHead, type Facts, type KeptAnswer, type RequestEnded } from '#libs/contracts';

/** How a request ends that is answered with what was kept of an earlier one: what the caller learns, and the terminal event. */
export interface CachedEnding {
  readonly answer: AnswerHead;
  readonly event: RequestEnded;
  readonly ageSeconds: number;
}

/** Shares are told apart to a millionth. */
const SHARES = 1_000_000n;

/** Nobody was called: there are no attempts, and the charge is the policy's share of what the kept answer cost. */
export function cachedEnding(
  facts: Facts,
  kept: KeptAnswer,
  { priceShare, now }: { priceShare: number; now: number },
): CachedEnding {
  const charge = chargeOf(kept, priceShare).toString();
  return {
    ageSeconds: Math.max(0, Math.floor((now - kept.keptAt) / 1_000)),
    answer: { ...kept.head, status: 200, attempts: 0, costNanoUsd: charge },
    event: {
      ...eventFacts(facts),
      outcome: 'completed',
      endedAt: now,
      firstByteMilliseconds: Math.max(0, now - facts.receivedAt),
      cachedFrom: kept.requestId,
      cacheChargeNanoUsd: charge,
      attempts: [],
      ...(kept.finishReason === undefined ? {} : { finishReason: kept.finishReason }),
      costNanoUsd: charge,
    },
  };
}

/** What a kept answer is charged for: a share of what it cost, rounded half up to a whole nano-USD. */
export function chargeOf({ costNanoUsd }: Pick<KeptAnswer, 'costNanoUsd'>, share: number): bigint {
  const cost = BigInt(costNanoUsd);
  const parts = BigInt(Math.round(share * Number(SHARES)));
  return (cost * parts + SHARES / 2n) / SHARES;
}
