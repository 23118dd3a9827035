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
  for (const request of requests) {
    if (!seen.has(request.requestId)) {
      if (!request.periods.every((id) => (free.get(id) ?? 0n) >= request.nanoUsd)) break;
      for (const id of request.periods) free.set(id, (free.get(id) ?? 0n) - request.nanoUsd);
      fresh.push(request);
      seen.add(request.requestId);
    }
    placed += 1;
  }
  return { placed, fresh };
}
