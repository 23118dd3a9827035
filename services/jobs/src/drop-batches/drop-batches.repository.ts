import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { OPEN_STATES } from '../native-batches/native-batch.js';
import { MESSAGES_ENDPOINT } from '../validate-batch/batch-endpoints.policy.js';

/** A batch whose lines are to go; they are numbered from 1. */
export interface ClosedBatch {
  readonly id: string;
  readonly totalLines: number;
}

/** What is old enough at a time. */
export interface Due {
  readonly now: Date;
  readonly keepMilliseconds: number;
  readonly most: number;
}

const ENDED_AT = `coalesce(b.completed_at, b.failed_at, b.expired_at, b.cancelled_at)`;
const HAS_FILE = `EXISTS (SELECT FROM jobs.files f WHERE f.id IN (b.output_file_id, b.error_file_id)
  AND f.deleted_at IS NULL AND (f.expires_at IS NULL OR f.expires_at > $1))`;
const TABLES = [
  'jobs.batch_results',
  'jobs.batch_lines',
  'jobs.native_lines',
  'jobs.aside_lines',
  'jobs.steered_lines',
] as const;

/** Forgets lines and results of batches that have ended, and after them the batches. */
@Injectable()
export class DropBatchesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Batches whose lines nobody needs any more, the oldest first; from now on no result of theirs is stored. They have ended, so
   * their files are written; nothing of theirs is at a provider; and they were kept long enough, or every file of results that
   * they had is gone. One whose lines did not all go the last time comes again.
   */
  close({ now, keepMilliseconds, most }: Due): Promise<ClosedBatch[]> {
    return this.database.query<ClosedBatch>(
      `WITH due AS (
         SELECT id AS due_id FROM jobs.batches b
         WHERE lines_dropped_at IS NULL AND status IN ('completed', 'failed', 'expired', 'cancelled')
           AND (lines_closed_at IS NOT NULL OR ${ENDED_AT} <= $1::timestamptz - $2::double precision * interval '1 millisecond'
             OR coalesce(output_file_id, error_file_id) IS NOT NULL AND NOT ${HAS_FILE})
           AND NOT EXISTS (SELECT FROM jobs.native_batches n WHERE n.batch_id = b.id AND n.state = ANY($4))
         ORDER BY ${ENDED_AT} LIMIT $3 FOR UPDATE SKIP LOCKED
       )
       UPDATE jobs.batches SET lines_closed_at = coalesce(lines_closed_at, $1) FROM due WHERE id = due_id
       RETURNING id, total_lines AS "totalLines"`,
      [now, keepMilliseconds, most, OPEN_STATES],
    );
  }

  /** Keeps what batches at providers brought, which is added up from lines; done once, before the first line goes. */
  async addUpNative(batchId: string): Promise<void> {
    await this.database.query(
      `UPDATE jobs.native_batches n SET answered_lines = c.answered, saved_nano_usd = c.saved
       FROM (SELECT l.native_id, (count(*) FILTER (WHERE r.saved_nano_usd <> 0))::integer AS answered,
               coalesce(sum(r.saved_nano_usd), 0) AS saved
             FROM jobs.native_lines l LEFT JOIN jobs.batch_results r USING (batch_id, line)
             WHERE l.batch_id = $1 GROUP BY l.native_id) c
       WHERE n.id = c.native_id AND n.answered_lines IS NULL`,
      [batchId],
    );
  }

  /** Forgets the lines after `afterLine` up to `upToLine`; resolves to how many were there. */
  async dropLines(batchId: string, { afterLine, upToLine }: { afterLine: number; upToLine: number }): Promise<number> {
    const deletions = TABLES.map(
      (table, index) =>
        `gone_${index} AS (DELETE FROM ${table} WHERE batch_id = $1 AND line > $2 AND line <= $3 RETURNING 1)`,
    );
    const [row] = await this.database.query<{ dropped: number }>(
      `WITH ${deletions.join(', ')} SELECT count(*)::integer AS dropped FROM gone_1`,
      [batchId, afterLine, upToLine],
    );
    return row?.dropped ?? 0;
  }

  async noteDropped(batchId: string, now: Date): Promise<void> {
    await this.database.query(`UPDATE jobs.batches SET lines_dropped_at = $2 WHERE id = $1`, [batchId, now]);
  }

  /**
   * Forgets batches without lines that ended long enough ago, with what is known of theirs at providers; resolves to how many.
   * One of messages stays while its results can be asked for, which is done by its id.
   */
  async dropBatches({ now, keepMilliseconds, most }: Due): Promise<number> {
    const [row] = await this.database.query<{ dropped: number }>(
      `WITH old AS (
         SELECT id FROM jobs.batches b
         WHERE lines_dropped_at IS NOT NULL AND ${ENDED_AT} <= $1::timestamptz - $2::double precision * interval '1 millisecond'
           AND NOT (endpoint = '${MESSAGES_ENDPOINT}' AND ${HAS_FILE})
         ORDER BY ${ENDED_AT} LIMIT $3
       ), dropped AS (DELETE FROM jobs.batches WHERE id IN (SELECT id FROM old) RETURNING 1)
       SELECT count(*)::integer AS dropped FROM dropped`,
      [now, keepMilliseconds, most],
    );
    return row?.dropped ?? 0;
  }
}
