import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { Batch } from '../keep-batch/batch.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';

/** A batch whose lines were lost on the way, and the number of this sweep over it. */
export type StrandedBatch = Batch & { readonly sweeps: number };

/** Finds batches that wait for results which nothing on its way can bring. */
@Injectable()
export class SweepRepository {
  constructor(private readonly database: Database) {}

  /** The database's clock, against which publications are compared. */
  async now(): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>(`SELECT now() AS now`);
    return row?.now ?? new Date(0);
  }

  /**
   * Batches with published lines that have no result although everything has been quiet since after their publication. Each
   * is claimed for this sweep, so that several processes do not publish it at once, and rests for a growing time after it.
   */
  async claimStranded(
    quietSince: Date,
    pause: { firstMilliseconds: number; mostMilliseconds: number },
  ): Promise<StrandedBatch[]> {
    const rows = await this.database.query<BatchRow & { sweeps: number }>(
      `UPDATE jobs.batches SET sweeps = sweeps + 1, swept_at = now()
       WHERE status = 'in_progress' AND expires_at > now() AND published_at < $1
         AND completed_lines + failed_lines + unfinished_lines < published_lines
         AND (swept_at IS NULL OR swept_at + least($2 * power(2, least(sweeps, 30)), $3) * interval '1 millisecond' < now())
       RETURNING ${batchColumns}, sweeps`,
      [quietSince, pause.firstMilliseconds, pause.mostMilliseconds],
    );
    return rows.map((row) => ({ ...toBatch(row), sweeps: row.sweeps }));
  }
}
