import { setTimeout as pause } from 'node:timers/promises';
import type { JobObject } from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';
import { CliError } from '../cli.error.js';
import { patiently, type Patience } from '../follow-batch/follow-batch.js';
import { jobApi } from './job-api.js';

/** Looks at a job until it has ended; `onChange` hears of each new state. @throws CliError where that takes longer than allowed. */
export async function waitForJob(
  id: string,
  parts: {
    readonly api: ApiClient;
    readonly patience: Patience;
    readonly onChange: (job: JobObject) => void;
    readonly timeoutSeconds?: number | undefined;
  },
): Promise<JobObject> {
  const { api, patience, onChange, timeoutSeconds = Number.POSITIVE_INFINITY } = parts;
  const deadline = performance.now() + timeoutSeconds * 1_000;
  let shown = '';
  for (;;) {
    const job = await patiently(() => jobApi.read(api, id), patience);
    const state = `${job.status} ${job.queue_position}`;
    if (state !== shown) onChange(job);
    shown = state;
    if (job.ended_at !== null) return job;
    if (performance.now() >= deadline)
      throw new CliError(`Job ${id} is still ${job.status} after ${timeoutSeconds} s; it goes on.`);
    await pause(patience.pollMilliseconds);
  }
}
