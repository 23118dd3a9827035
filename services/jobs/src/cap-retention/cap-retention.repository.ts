import { Injectable } from '@nestjs/common';
import type { KeptDays } from '#libs/permission';
import { Database } from '#libs/storage';
import { OPEN_STATES } from '../native-batches/native-batch.js';

const CAPPED = `json_to_recordset($1) AS cap(organization text, project text, days integer)`;
/** Of the row `r`, when it is beyond what its project's plan keeps; the age of a row leads the index of its tenant. */
const BEYOND = `r.organization = cap.organization AND r.project = cap.project
  AND r.created_at <= $2::timestamptz - make_interval(days => cap.days)`;
const ENDED_AT = `coalesce(r.completed_at, r.failed_at, r.expired_at, r.cancelled_at)`;

/** Ends the time of what a plan no longer keeps; what takes out the rest then finds it as it finds all that is too old. */
@Injectable()
export class CapRetentionRepository {
  constructor(private readonly database: Database) {}

  /** Files expire now, but for the input of a batch that has not ended. */
  files(caps: readonly KeptDays[], now: Date): Promise<number> {
    return this.change(
      `UPDATE jobs.files r SET expires_at = $2 FROM ${CAPPED} WHERE ${BEYOND}
         AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
         AND NOT EXISTS (SELECT FROM jobs.batches b WHERE b.input_file_id = r.id
           AND b.status IN ('validating', 'in_progress', 'finalizing', 'cancelling'))`,
      [JSON.stringify(caps), now],
    );
  }

  /** Results of jobs that ended so long ago expire now. */
  jobResults(caps: readonly KeptDays[], now: Date): Promise<number> {
    return this.change(
      `UPDATE jobs.jobs r SET result_expires_at = $2 FROM ${CAPPED} WHERE ${BEYOND}
         AND ended_at <= $2::timestamptz - make_interval(days => cap.days) AND result_expires_at > $2`,
      [JSON.stringify(caps), now],
    );
  }

  responses(caps: readonly KeptDays[], now: Date): Promise<number> {
    return this.change(`DELETE FROM jobs.responses r USING ${CAPPED} WHERE ${BEYOND}`, [JSON.stringify(caps), now]);
  }

  /** Lines of batches that ended so long ago are closed, as those are that were kept long enough. */
  batchLines(caps: readonly KeptDays[], now: Date): Promise<number> {
    return this.change(
      `UPDATE jobs.batches r SET lines_closed_at = $2 FROM ${CAPPED} WHERE ${BEYOND}
         AND ${ENDED_AT} <= $2::timestamptz - make_interval(days => cap.days) AND lines_closed_at IS NULL
         AND NOT EXISTS (SELECT FROM jobs.native_batches n WHERE n.batch_id = r.id AND n.state = ANY ($3))`,
      [JSON.stringify(caps), now, OPEN_STATES],
    );
  }

  /** Batches that ended so long ago are forgotten, once their lines are. */
  batches(caps: readonly KeptDays[], now: Date): Promise<number> {
    return this.change(
      `DELETE FROM jobs.batches r USING ${CAPPED} WHERE ${BEYOND}
         AND ${ENDED_AT} <= $2::timestamptz - make_interval(days => cap.days) AND lines_dropped_at IS NOT NULL`,
      [JSON.stringify(caps), now],
    );
  }

  private async change(statement: string, values: readonly unknown[]): Promise<number> {
    const [row] = await this.database.query<{ changed: number }>(
      `WITH changed AS (${statement} RETURNING 1) SELECT count(*)::integer AS changed FROM changed`,
      [...values],
    );
    return row?.changed ?? 0;
  }
}
