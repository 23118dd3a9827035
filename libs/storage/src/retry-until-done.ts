import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MILLISECONDS = 200;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/** Repeats a step with growing pauses until it succeeds or the signal is aborted; `onFailure` hears of each failure. */
export async function retryUntilDone(
  step: () => Promise<void>,
  onFailure: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let pauseMilliseconds = FIRST_PAUSE_MILLISECONDS;
  while (!signal.aborted) {
    try {
      await step();
      return;
    } catch (error) {
      onFailure(error);
    }
    // Some jitter, so that the processes of a stack do not all knock at the same moment.
    await delay(pauseMilliseconds * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    pauseMilliseconds = Math.min(pauseMilliseconds * 2, LONGEST_PAUSE_MILLISECONDS);
  }
}
