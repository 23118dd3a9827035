import { parentPort, workerData } from 'node:worker_threads';
import { CliError } from '../cli.error.js';
import type { ThreadMessage } from './learning-thread.js';
import { carryOutHere, type LearningWork } from './learning-work.js';

/** The other end of `carryOutInThread`. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads, no window
const say = (message: ThreadMessage): void => parentPort?.postMessage(message);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the thread is started by carryOutInThread alone
const work = workerData as LearningWork;

try {
  say({ outcome: carryOutHere(work, (progress) => say({ progress })) });
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  say({ refusal: error.message });
}
