import { eventFacts, type Attempt, type Facts, type RequestEnded, type RoutingSlip } from '#libs/contracts';
import { attemptsPaidByCaller, costOf, withMarkup } from '#libs/pricing';

/** How a call ended, for its terminal event. */
export type CallEnding =
  | { outcome: 'completed'; result: { finishReason?: string | undefined; answer?: RequestEnded['answer'] } }
  | { outcome: 'failed' | 'cancelled' | 'expired'; hasBegun: boolean; error: NonNullable<RequestEnded['error']> };

/** Builds the one terminal event of a request from what was asked, decided, tried and answered. */
export function endedEvent(
  { facts, slip }: { facts: Facts; slip: RoutingSlip },
  attempts: Attempt[],
  ending: CallEnding,
): RequestEnded {
  const hasBegun = ending.outcome === 'completed' || ending.hasBegun;
  const isCopy = facts.shadowOf !== undefined;
  const paid = attemptsPaidByCaller({ outcome: ending.outcome, attempts, hasBegun, isCopy });
  const cost = costOfAttempts(attempts, paid, slip);
  const firstByteAt = firstByteOf(attempts, ending);
  return {
    ...eventFacts(facts),
    outcome: ending.outcome,
    endedAt: Date.now(),
    ...(firstByteAt === undefined ? {} : { firstByteMilliseconds: Math.max(0, firstByteAt - facts.receivedAt) }),
    decision: slip.decision,
    attempts,
    ...(slip.execution?.payload && attempts.length > 0 ? { payload: slip.execution.payload.keep } : {}),
    ...(cost === undefined ? {} : { costNanoUsd: cost.toString() }),
    ...endingFields(ending),
  };
}

function endingFields(ending: CallEnding): Partial<RequestEnded> {
  if (ending.outcome !== 'completed') return { error: ending.error };
  const { finishReason, answer } = ending.result;
  return {
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(answer ? { answer } : {}),
  };
}

function firstByteOf(attempts: Attempt[], ending: CallEnding): number | undefined {
  if (ending.outcome !== 'completed' && !ending.hasBegun) return undefined;
  // An answer that was gone on with began with the attempt before.
  const rescue = attempts.findIndex(({ role }) => role === 'rescue');
  const last = attempts.at(rescue > 0 ? rescue - 1 : -1);
  return last?.firstByteMilliseconds === undefined ? undefined : last.startedAt + last.firstByteMilliseconds;
}

/** The sum over the attempts that the caller pays for, by the prices and the markup of the plan; undefined where none of them used anything. */
function costOfAttempts(attempts: Attempt[], paid: ReadonlySet<number>, slip: RoutingSlip): bigint | undefined {
  let sum: bigint | undefined;
  for (const [index, { usage, priceVersion }] of attempts.entries()) {
    if (!usage || !paid.has(index)) continue;
    const price = slip.targets.find((target) => target.price.version === priceVersion)?.price;
    if (price) sum = (sum ?? 0n) + costOf(usage, price);
  }
  return sum === undefined ? undefined : withMarkup(sum, slip.markupMillionths ?? 0);
}
