import type { CallRecord } from '#libs/simulation';

import { violationOf, type Query, type Violation } from './violation.js';

/** The provider's bill set against ours. */
export interface BillComparison {
  readonly calls: number;
  readonly requests: number;
  /** Calls beyond the first of a request: the same work paid for again. */
  readonly extraCalls: number;
  readonly violations: readonly Violation[];
}

/**
 * M-11 and M-12: every request that the provider was called for stands in our books once, and each completed one is charged for
 * tokens of a call that the provider answered.
 */
export async function compareBills(calls: readonly CallRecord[], query: Query): Promise<BillComparison> {
  const byRequest = Map.groupBy(calls, ({ requestId }) => requestId ?? 'without an id');
  const rows = await query<{ request_id: string; outcome: string; prompt: string; completion: string }>(
    `SELECT request_id, outcome, prompt_tokens AS prompt, completion_tokens AS completion FROM billing.charges`,
  );
  const charged = new Map(rows.map((row) => [row.request_id, row]));
  const unbilled = [...byRequest.keys()].filter((request) => !charged.has(request));
  const differing = rows.filter(({ request_id: request, outcome, prompt, completion }) => {
    const answered = byRequest.get(request) ?? [];
    const isCallers = outcome === 'completed' && answered.length > 0;
    return isCallers && !answered.some((call) => isSameUsage(call, Number(prompt), Number(completion)));
  });
  return {
    calls: calls.length,
    requests: byRequest.size,
    extraCalls: calls.length - byRequest.size,
    violations: [
      ...violationOf('M-12', 'every call that the provider logged belongs to a request in our books', unbilled),
      ...violationOf('M-11', 'what is charged is what the provider counted', differing),
    ],
  };
}

function isSameUsage(call: CallRecord, promptTokens: number, completionTokens: number): boolean {
  return (
    call.outcome === 'answered' && call.promptTokens === promptTokens && call.completionTokens === completionTokens
  );
}
