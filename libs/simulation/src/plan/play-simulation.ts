import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { SimulatedChunk, SimulationPlan } from './simulation-plan.js';

/** A clock and a way to wait, given in so that tests need no real time. `delay` rejects when the signal aborts. */
export interface Pacing {
  nowMilliseconds(): number;
  delay(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Real time. */
export const REAL_PACING: Pacing = {
  nowMilliseconds: () => performance.now(),
  delay: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
};

/** The planned end of a call whose connection is cut in mid-answer. Another attempt at another target may succeed. */
export class SimulatedCutError extends Error {
  override readonly name = 'SimulatedCutError';
  readonly isRetryable = true;

  constructor() {
    super('The simulated provider cut the connection before the answer was complete, as its model name asks for.');
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  signal.throwIfAborted();
}

const wholeChunk = (body: Uint8Array, completionTokens: number): SimulatedChunk => ({
  bytes: body,
  delayBeforeMilliseconds: 0,
  completionTokens,
  isLast: true,
});

/**
 * Plays the body of a plan in time: yields each chunk when it is due, then returns (clean), throws a
 * `SimulatedCutError` (cut) or waits for ever (hang, silence). Waiting ends with the signal's reason when it aborts. The
 * wait before the head, `firstByteDelayMilliseconds`, is the caller's, since the head is. Late chunks do not delay
 * those after them.
 */
export async function* playSimulation(
  plan: SimulationPlan,
  signal: AbortSignal,
  pacing: Pacing = REAL_PACING,
): AsyncGenerator<SimulatedChunk, void, void> {
  if (plan.kind === 'whole' && plan.body.length > 0) {
    yield wholeChunk(plan.body, plan.usage?.completionTokens ?? 0);
  }
  if (plan.kind === 'stream') {
    let dueMilliseconds = pacing.nowMilliseconds();
    for (const chunk of plan.chunks) {
      dueMilliseconds += chunk.delayBeforeMilliseconds;
      const earlyMilliseconds = dueMilliseconds - pacing.nowMilliseconds();
      // Timers count whole milliseconds: waiting for less would only make the stream late.
      if (earlyMilliseconds >= 1) await pacing.delay(earlyMilliseconds, signal);
      signal.throwIfAborted();
      yield chunk;
    }
  }
  if (plan.ending === 'hang') await untilAborted(signal);
  if (plan.ending === 'cut') throw new SimulatedCutError();
}
