import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { JobToPublish } from '../keep-job/job.js';
import { jobToPublishColumns, toJobToPublish, type JobToPublishRow } from '../keep-job/job-row.js';
import type { UnpublishedEnding } from './never-ran.policy.js';

const JOBS_PER_STEP = 200;
/** A word each, again and again: some that do not end must not keep it from others. */
const JOBS_TOLD_AT_ONCE = 10_000;

/** A job that is to end without having been put on its way. */
export type EndingJob = JobToPublish & { readonly ending: UnpublishedEnding };

/** Jobs that end here, since they never left. */
@Injectable()
export class EndingRepository {
  constructor(private readonly database: Database) {}

  /** Decides that jobs which are too late, and which nobody has taken, expire. */
  async expire(): Promise<void> {
    await this.database.query(
      `UPDATE jobs.jobs SET ending = 'expired'
       WHERE published_at IS NULL AND outcome IS NULL AND offers = 0 AND ending IS NULL AND expires_at <= now()`,
    );
  }

  /** Those whose end is decided and not yet on record. */
  async next(): Promise<EndingJob[]> {
    const rows = await this.database.query<JobToPublishRow & { ending: UnpublishedEnding }>(
      `SELECT ${jobToPublishColumns}, ending FROM jobs.jobs
       WHERE published_at IS NULL AND outcome IS NULL AND ending IS NOT NULL ORDER BY run_at, id LIMIT $1`,
      [JOBS_PER_STEP],
    );
    return rows.map((row) => ({ ...toJobToPublish(row), ending: row.ending }));
  }

  /** The request ids of jobs that were put on their way and are to be cancelled, the newest first. */
  async beingCancelled(): Promise<string[]> {
    const rows = await this.database.query<{ requestId: string }>(
      `SELECT request_id AS "requestId" FROM jobs.jobs
       WHERE cancelling_at IS NOT NULL AND outcome IS NULL AND ending IS NULL ORDER BY cancelling_at DESC LIMIT $1`,
      [JOBS_TOLD_AT_ONCE],
    );
    return rows.map(({ requestId }) => requestId);
  }
}
