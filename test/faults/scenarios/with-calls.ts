import { CallLoad, type CallSums } from '../load/call-load.js';
import type { ScenarioRun } from '../scenario.js';

/** What calls of waiting callers must come to. */
export interface CallDemand {
  readonly perSecond: number;
  /** Of all calls, the least that must be answered with 200. */
  readonly leastShareOk: number;
  /** No call may take longer. */
  readonly slowestMilliseconds?: number;
}

/** Does something while callers call at a steady rate, and holds their answers against the demand. */
export async function withCalls(run: ScenarioRun, demand: CallDemand, act: () => Promise<unknown>): Promise<CallSums> {
  const calls = new CallLoad(run.client, demand.perSecond);
  calls.start();
  try {
    await act();
  } finally {
    await calls.stop();
  }
  const { sums } = calls;
  const { figures, expect } = run;
  figures['calls'] = sums.calls;
  figures['calls answered'] = sums.ok;
  figures['calls refused with a typed error'] = sums.typed;
  figures['calls broken'] = sums.broken;
  figures['slowest call ms'] = sums.slowestMilliseconds;
  expect(sums.unexpected === 0, `${sums.unexpected} calls were answered in no expected way`);
  expect(sums.ok >= demand.leastShareOk * sums.calls, `${sums.ok} of ${sums.calls} calls were answered with 200`);
  const slowest = demand.slowestMilliseconds ?? Number.POSITIVE_INFINITY;
  expect(sums.slowestMilliseconds <= slowest, `a call took ${sums.slowestMilliseconds} ms`);
  return sums;
}
