import type { JobObject } from '#libs/contracts';
import { ExitCode } from '../exit-code.js';
import { holdWords } from '../follow-batch/hold-words.policy.js';
import { table } from '../text-table.policy.js';

/** A job for people. */
export function describeJob(job: JobObject): string {
  const rows: [string, string | null][] = [
    ['endpoint', job.endpoint],
    ['model', job.model],
    ['request', job.request_id],
    ['created', timeOf(job.created_at)],
    ['to run at', timeOf(job.run_at)],
    ['started', timeOf(job.started_at)],
    ['ended', timeOf(job.ended_at)],
    ['in queue', job.queue_position === null ? null : `${job.queue_position} before it`],
    ['held', job.held_by && holdWords(job.held_by, Date.now() / 1_000)],
    ['starts about', timeOf(job.estimated_start_at)],
    ['tokens', job.usage && `${job.usage.input_tokens} in, ${job.usage.output_tokens} out`],
    ['cost', job.cost_usd && `$${job.cost_usd}`],
    ['error', job.error && `${job.error.code}: ${job.error.message}`],
  ];
  const told = rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  return [`Job ${job.id}: ${job.status}`, ...table(told)].join('\n');
}

/** Some jobs for people, one a line. */
export function describeJobs(jobs: readonly JobObject[]): string {
  if (jobs.length === 0) return 'No jobs.';
  const rows = jobs.map((job) => [job.id, job.status, job.endpoint, job.model, timeOf(job.created_at) ?? '']);
  return table([['ID', 'STATUS', 'ENDPOINT', 'MODEL', 'CREATED'], ...rows]).join('\n');
}

/** A job that has not ended is no failure. */
export function jobExitCode({ status, ended_at: endedAt }: JobObject): number {
  return endedAt === null || status === 'completed' ? ExitCode.ok : ExitCode.failedLines;
}

function timeOf(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1_000).toISOString();
}
