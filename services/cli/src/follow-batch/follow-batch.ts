import { setTimeout as pause } from 'node:timers/promises';
import type { BatchObject, QueueHold } from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';
import { CliError } from '../cli.error.js';
import { holdRemedy, holdWords } from './hold-words.policy.js';
import { progressOf, type Look } from './progress.policy.js';
import type { ProgressDisplay } from './progress-display.js';

const ENDED: readonly string[] = ['completed', 'failed', 'expired', 'cancelled'];

/** How often to look, and how long to bear with a server that does not answer; the batch itself waits for nobody. */
export interface Patience {
  readonly pollMilliseconds: number;
  readonly silenceMilliseconds: number;
}

export const defaultPatience: Patience = { pollMilliseconds: 500, silenceMilliseconds: 5 * 60_000 };

/** What following needs; without a timeout a batch is followed however long it takes. */
export interface FollowParts {
  readonly api: ApiClient;
  readonly display: ProgressDisplay;
  readonly patience: Patience;
  readonly timeoutSeconds?: number | undefined;
}

/**
 * Looks at a batch until it has ended. A server that is away for a while (a restart) is waited for, and so is a batch that is held
 * back: by what is said once.
 *
 * @throws CliError when it has not ended in time
 */
export async function followBatch(id: string, parts: FollowParts): Promise<BatchObject> {
  const { api, display, patience, timeoutSeconds = Number.POSITIVE_INFINITY } = parts;
  const deadline = performance.now() + timeoutSeconds * 1_000;
  let first: Look | undefined;
  let said: string | undefined;
  for (;;) {
    const batch = await patiently(() => api.readBatch(id), patience);
    const hold = holdOf(batch);
    if (hold && hold.of !== said) {
      said = hold.of;
      display.say(`Batch ${id} ${holdWords(hold, Date.now() / 1_000)}.${holdRemedy(hold, id)}`);
    }
    const { total, completed, failed } = batch.request_counts;
    if (total > 0) {
      first ??= { ended: completed + failed, milliseconds: performance.now() };
      display.advancing(progressOf(batch, first, performance.now()));
    }
    if (ENDED.includes(batch.status)) {
      display.stop();
      return batch;
    }
    if (performance.now() >= deadline) throw stillOpen(batch, timeoutSeconds);
    await pause(patience.pollMilliseconds);
  }
}

/** What holds back a batch that does not move, where something does. */
export function holdOf({ queue }: BatchObject): QueueHold | null {
  return queue?.held_by ?? null;
}

function stillOpen(batch: BatchObject, timeoutSeconds: number): CliError {
  const hold = holdOf(batch);
  const why = hold ? ` and ${holdWords(hold, Date.now() / 1_000)}` : '';
  return new CliError(
    `Batch ${batch.id} is still ${batch.status} after ${timeoutSeconds} s${why}; it goes on without you: switchyard batch status ${batch.id} --follow`,
  );
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
