import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { BodyClaims } from '#libs/messaging';
import { Database } from '#libs/storage';
import { JobLimits } from '../job-limits.js';

/**
 * Large bodies of requests that ended before a worker had them, as those that are too long for every target, which the router refuses.
 * The bucket is everybody's: what calls are made with their workers take out of it, and of these nobody would for a day.
 */
@Injectable()
export class UncalledBodies {
  constructor(
    private readonly database: Database,
    private readonly bodies: BodyClaims,
    private readonly limits: JobLimits,
  ) {}

  /** Frees the space once results are stored; whatever stays drops out of the bucket by itself. */
  async remove(events: readonly RequestEnded[]): Promise<void> {
    const uncalled = events.filter(
      ({ attempts, outcome, job }) => job && attempts.length === 0 && outcome === 'failed',
    );
    if (uncalled.length === 0) return;
    const jobs = uncalled.filter(({ job }) => job && 'jobId' in job).map(({ requestId }) => requestId);
    for (const claim of [...jobs, ...(await this.largeLines(uncalled))])
      await this.bodies.remove(claim).catch(() => undefined);
  }

  /** Most lines are small, and none of them is looked for in the bucket. */
  private async largeLines(events: readonly RequestEnded[]): Promise<string[]> {
    const lines = events.flatMap(({ requestId, job }) => (job && 'batchId' in job ? [{ requestId, ...job }] : []));
    if (lines.length === 0) return [];
    const rows = await this.database.query<{ requestId: string }>(
      `SELECT e."requestId" FROM json_to_recordset($1::json) AS e("requestId" text, "batchId" text, line integer)
       JOIN jobs.batch_lines l ON l.batch_id = e."batchId" AND l.line = e.line WHERE l.byte_length > $2`,
      [
        JSON.stringify(lines.map(({ requestId, batchId, line }) => ({ requestId, batchId, line }))),
        this.limits.messageBodyBytes,
      ],
    );
    return rows.map(({ requestId }) => requestId);
  }
}
