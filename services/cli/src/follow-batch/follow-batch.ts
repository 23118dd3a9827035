import { setTimeout as pause } from 'node:timers/promises';
import type { BatchObject } from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';
import { CliError } from '../cli.error.js';
import { progressOf, type Look } from './progress.policy.js';
import type { ProgressDisplay } from './progress-display.js';

const ENDED: readonly string[] = ['completed', 'failed', 'expired', 'cancelled'];

/** How often to look, and how long to bear with a server that does not answer; the batch itself waits for nobody. */
export interface Patience {
  readonly pollMilliseconds: number;
  readonly silenceMilliseconds: number;
}

export const defaultPatience: Patience = { pollMilliseconds: 500, silenceMilliseconds: 5 * 60_000 };

/** Looks at a batch until it has ended. A server that is away for a while (a restart) is waited for. */
export async function followBatch(
  id: string,
  parts: { api: ApiClient; display: ProgressDisplay; patience: Patience },
): Promise<BatchObject> {
  const { api, display, patience } = parts;
  let first: Look | undefined;
  for (;;) {
    const batch = await patiently(() => api.readBatch(id), patience);
    const { total, completed, failed } = batch.request_counts;
    if (total > 0) {
      first ??= { ended: completed + failed, milliseconds: performance.now() };
      display.advancing(progressOf(batch, first, performance.now()));
    }
    if (ENDED.includes(batch.status)) {
      display.stop();
      return batch;
    }
    await pause(patience.pollMilliseconds);
  }
}

/** Repeats a call while it fails in a way that may pass. */
export async function patiently<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  const deadline = performance.now() + patience.silenceMilliseconds;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CliError) || !error.retryable || performance.now() > deadline) throw error;
    }
    await pause(patience.pollMilliseconds);
  }
}
