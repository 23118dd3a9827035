import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { Batch } from '../keep-batch/batch.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';

/** Up to which line each batch that waits for results had been published at a time of the database's clock. */
export interface LinesUnderWay {
  readonly at: Date;
  readonly batches: readonly { readonly id: string; readonly publishedLines: number }[];
}

/** A batch of whose lines up to `lostUpTo` those without a result were lost on the way, and the number of this sweep over it; what was set aside was lost only if it was sent before `sentBefore`. */
export type StrandedBatch = Batch & { readonly sweeps: number; readonly lostUpTo: number; readonly sentBefore: Date };

/** Finds batches that wait for results which nothing on its way can bring. */
@Injectable()
export class SweepRepository {
  constructor(private readonly database: Database) {}

  async underWay(): Promise<LinesUnderWay> {
    const [row] = await this.database.query<LinesUnderWay>(
      `SELECT now() AS at, coalesce(json_agg(json_build_object('id', id, 'publishedLines', published_lines))
         FILTER (WHERE id IS NOT NULL), '[]') AS batches
       FROM jobs.batches WHERE status = 'in_progress' AND published_lines > 0`,
    );
    return row ?? { at: new Date(0), batches: [] };
  }

  /**
   * Batches that lack the result of a line which had been published before the probe began. Each is claimed for this sweep, so
   * that several processes do not publish it at once, and rests for a growing time after it; and what was published again after
   * the probe began, it says nothing of.
   */
  async claimStranded(
    { at, batches }: LinesUnderWay,
    pause: { firstMilliseconds: number; mostMilliseconds: number },
  ): Promise<StrandedBatch[]> {
    if (batches.length === 0) return [];
    const rows = await this.database.query<BatchRow & { sweeps: number; lostUpTo: number }>(
      `WITH stranded AS (
         SELECT b.id AS stranded_id, noted."publishedLines" AS lost_up_to
         FROM json_to_recordset($1::json) AS noted(id text, "publishedLines" integer) JOIN jobs.batches b USING (id)
         WHERE status = 'in_progress' AND expires_at > now()
           AND (swept_at IS NULL OR swept_at + least($3 * power(2, least(sweeps, 30)), $4) * interval '1 millisecond' < $2)
           AND (SELECT count(*) FROM jobs.batch_results r WHERE r.batch_id = b.id AND r.line <= noted."publishedLines")
             + (SELECT count(*) FROM jobs.native_lines n LEFT JOIN jobs.batch_results r USING (batch_id, line)
                WHERE n.batch_id = b.id AND n.line <= noted."publishedLines" AND n.place <> 'done' AND r.line IS NULL)
             + (SELECT count(*) FROM jobs.aside_lines a LEFT JOIN jobs.batch_results r USING (batch_id, line)
                WHERE a.batch_id = b.id AND a.line <= noted."publishedLines" AND (a.sent_at IS NULL OR a.sent_at >= $2)
                  AND r.line IS NULL)
             < noted."publishedLines"
         FOR UPDATE OF b SKIP LOCKED
       )
       UPDATE jobs.batches SET sweeps = sweeps + 1, swept_at = now() FROM stranded
       WHERE id = stranded_id AND (swept_at IS NULL OR swept_at < $2)
       RETURNING ${batchColumns}, sweeps, lost_up_to AS "lostUpTo"`,
      [JSON.stringify(batches), at, pause.firstMilliseconds, pause.mostMilliseconds],
    );
    return rows.map((row) => ({ ...toBatch(row), sweeps: row.sweeps, lostUpTo: row.lostUpTo, sentBefore: at }));
  }

  /** Notes that lost lines are on their way again, from now on. */
  async noteSwept(id: string): Promise<void> {
    await this.database.query(`UPDATE jobs.batches SET swept_at = now() WHERE id = $1`, [id]);
  }
}
