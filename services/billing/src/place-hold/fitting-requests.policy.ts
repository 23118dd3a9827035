import type { PeriodAmounts } from '../lease-budget/lease-size.policy.js';

/** A request to be held, and the periods of the budgets that count it. */
export interface RequestToHold {
  readonly requestId: string;
  readonly nanoUsd: bigint;
  readonly periods: readonly string[];
}

/** What came of a list of requests: how many from the first on are held, and which of them are held from now on. */
export interface FittingRequests {
  readonly placed: number;
  readonly fresh: readonly RequestToHold[];
  /** The first period that the next one does not fit into. */
  readonly short?: string | undefined;
}

/**
 * Goes through requests in their order until one does not fit into one of its budgets. What is held already stays held, and takes no
 * room a second time.
 */
export function fittingRequests(
  requests: readonly RequestToHold[],
  periods: ReadonlyMap<string, PeriodAmounts>,
  heldBefore: ReadonlySet<string>,
): FittingRequests {
  const free = new Map([...periods].map(([id, { most, posted, held }]) => [id, most - posted - held]));
  const seen = new Set(heldBefore);
  const fresh: RequestToHold[] = [];
  let placed = 0;
  let short: string | undefined;
  for (const request of requests) {
    if (!seen.has(request.requestId)) {
      short = request.periods.find((id) => (free.get(id) ?? 0n) < request.nanoUsd);
      if (short !== undefined) break;
      for (const id of request.periods) free.set(id, (free.get(id) ?? 0n) - request.nanoUsd);
      fresh.push(request);
      seen.add(request.requestId);
    }
    placed += 1;
  }
  return { placed, fresh, short };
}
