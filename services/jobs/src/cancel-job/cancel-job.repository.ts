import { Injectable } from '@nestjs/common';
import { Database, storableText } from '#libs/storage';
import { tenantCondition, tenantParameters, type Tenant } from '../keep-batch/tenant.js';
import type { Job } from '../keep-job/job.js';
import { jobColumns, toJob, type JobRow } from '../keep-job/job-row.js';

/** A job that is to be cancelled, and whether it never left: then it ends here. */
export interface CancelledJob {
  readonly job: Job;
  readonly neverLeft: boolean;
}

@Injectable()
export class CancelJobRepository {
  constructor(private readonly database: Database) {}

  /** Decides on the cancellation of a job that has not ended; undefined where there is none. */
  async cancel(id: string, tenant: Tenant): Promise<CancelledJob | undefined> {
    const [row] = await this.database.query<JobRow & { ending: string | null }>(
      `UPDATE jobs.jobs SET cancelling_at = coalesce(cancelling_at, now()),
         ending = CASE WHEN offers = 0 THEN coalesce(ending, 'cancelled') ELSE ending END
       WHERE id = $4 AND outcome IS NULL AND ${tenantCondition(1)} RETURNING ${jobColumns}, ending`,
      [...tenantParameters(tenant), storableText(id)],
    );
    return row && { job: toJob(row), neverLeft: row.ending !== null };
  }
}
