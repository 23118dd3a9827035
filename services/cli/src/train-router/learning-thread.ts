import { Worker } from 'node:worker_threads';
import { CliError } from '../cli.error.js';
import type { CarryOut, LearningOutcome } from './learning-work.js';

/** What the thread says: how far it is, what came of the work, or what the user can do about it. */
export type ThreadMessage =
  { readonly progress: number } | { readonly outcome: LearningOutcome } | { readonly refusal: string };

/** Does the work in a thread of its own, so that this one can show how far it is and hears Ctrl-C. */
export const carryOutInThread: CarryOut = async (work, onProgress) => {
  const thread = new Worker(new URL('./learning-thread.main.js', import.meta.url), { workerData: work });
  try {
    return await new Promise<LearningOutcome>((resolve, reject) => {
      thread.on('message', (message: ThreadMessage) => {
        if ('progress' in message) onProgress(message.progress);
        else if ('outcome' in message) resolve(message.outcome);
        else reject(new CliError(message.refusal));
      });
      thread.on('error', reject);
      thread.on('exit', (code) =>
        reject(new CliError(`Learning ended by itself with status ${code}; is memory short?`)),
      );
    });
  } finally {
    await thread.terminate();
  }
};
