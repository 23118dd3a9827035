import type { PricedAttempt, PricedEvent } from '../price-call/charge.policy.js';

/** What is stored of the terminal event by which a request was charged. */
export interface FirstEvent {
  readonly endedAtMilliseconds: number;
  readonly lines: readonly Pick<PricedAttempt, 'attempt' | 'provider' | 'model' | 'priceVersion' | 'costNanoUsd'>[];
}

/** An event that came after its request was charged by another, with the attempts that only it knows. */
export interface SupersededEvent {
  readonly event: PricedEvent['event'];
  readonly lines: readonly PricedAttempt[];
}

/** An answer that was kept of an earlier call costs no provider anything. */
const CACHE = 'cache';

/**
 * The attempts of a later terminal event that the first one does not have: calls that were made although another process was to
 * answer, because it was taken for gone. Undefined where it is the same event once more, or used nothing. What both tried before they
 * parted (a failed attempt in the same place that cost the same) is on record already.
 */
export function supersededBy(first: FirstEvent, { event, lines }: PricedEvent): SupersededEvent | undefined {
  if (event.endedAt === first.endedAtMilliseconds) return undefined;
  const last = event.attempts.length - 1;
  const further = lines.filter((line) => {
    if (line.provider === CACHE) return false;
    return line.attempt === last || !first.lines.some((known) => isSame(known, line));
  });
  return further.length === 0 ? undefined : { event, lines: further };
}

function isSame(known: FirstEvent['lines'][number], line: PricedAttempt): boolean {
  return (
    known.attempt === line.attempt &&
    known.provider === line.provider &&
    known.model === line.model &&
    known.priceVersion === line.priceVersion &&
    known.costNanoUsd === line.costNanoUsd
  );
}
