import { Injectable } from '@nestjs/common';
import { Database, storableText } from '#libs/storage';
import { JobLimits } from '../job-limits.js';
import { tenantCondition, tenantParameters, type Tenant } from '../keep-batch/tenant.js';

const ROWS_PER_STATEMENT = 500;

interface BlobKeys {
  readonly bodyBlobKey: string | null;
  readonly resultBlobKey: string | null;
}
const KEYS = `body_blob_key AS "bodyBlobKey", result_blob_key AS "resultBlobKey"`;

/** A job whose result was kept long enough. */
export interface OldResult {
  readonly id: string;
  readonly blobKeys: readonly (string | null)[];
}

/** Forgets results, and after them jobs. */
@Injectable()
export class DropJobsRepository {
  constructor(
    private readonly database: Database,
    private readonly limits: JobLimits,
  ) {}

  /** Deletes a job that has ended; resolves to the keys of its blobs, or to nothing where there is no such job. */
  async delete(id: string, tenant: Tenant): Promise<(string | null)[] | undefined> {
    const [row] = await this.database.query<BlobKeys>(
      `WITH gone AS (DELETE FROM jobs.jobs WHERE id = $4 AND outcome IS NOT NULL AND ${tenantCondition(1)}
         RETURNING body_blob_key, result_blob_key) SELECT ${KEYS} FROM gone`,
      [...tenantParameters(tenant), storableText(id)],
    );
    return row && [row.bodyBlobKey, row.resultBlobKey];
  }

  /** Jobs whose result was kept long enough, some at a time. */
  async oldResults(now: Date): Promise<OldResult[]> {
    const rows = await this.database.query<BlobKeys & { id: string }>(
      `SELECT id, ${KEYS} FROM jobs.jobs
       WHERE result_expires_at <= $2 AND NOT is_result_dropped ORDER BY result_expires_at LIMIT $1`,
      [ROWS_PER_STATEMENT, now],
    );
    return rows.map(({ id, bodyBlobKey, resultBlobKey }) => ({ id, blobKeys: [bodyBlobKey, resultBlobKey] }));
  }

  async noteDropped(ids: readonly string[]): Promise<void> {
    await this.database.query(
      `UPDATE jobs.jobs SET is_result_dropped = true, result_body = NULL, result_blob_key = NULL, body = NULL,
         body_blob_key = NULL WHERE id = ANY ($1)`,
      [ids],
    );
  }

  /** Forgets jobs whose result has been gone long enough; resolves to how many. */
  async dropRows(now: Date): Promise<number> {
    const [row] = await this.database.query<{ dropped: number }>(
      `WITH old AS (
         SELECT ctid FROM jobs.jobs
         WHERE is_result_dropped AND result_expires_at <= $3::timestamptz - $1::double precision * interval '1 millisecond' LIMIT $2
       ), dropped AS (DELETE FROM jobs.jobs WHERE ctid IN (SELECT ctid FROM old) RETURNING 1)
       SELECT count(*)::int AS dropped FROM dropped`,
      [this.limits.jobRowKeepMilliseconds, ROWS_PER_STATEMENT, now],
    );
    return row?.dropped ?? 0;
  }
}
