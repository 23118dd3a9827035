import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { mayRelease } from '../dispatch-work/dispatcher-lease.repository.js';
import type { Batch } from '../keep-batch/batch.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';

/** How far the lines of a batch have been published: columns of `jobs.batches` that only the dispatching process moves. */
@Injectable()
export class PublicationRepository {
  constructor(private readonly database: Database) {}

  /**
   * Notes that `count` lines more may be published from now on. Undefined where none may: the batch is not in progress any
   * more, its time is over, or `holder` has lost the right to release.
   */
  async begin(id: string, holder: string, count: number): Promise<Batch | undefined> {
    const rows = await this.database.query<BatchRow>(
      `UPDATE jobs.batches SET offered_lines = greatest(offered_lines, least(total_lines, published_lines + $3::integer))
       WHERE id = $1 AND status = 'in_progress' AND expires_at > now() AND ${mayRelease('$2')}
       RETURNING ${batchColumns}`,
      [id, holder, count],
    );
    return rows[0] && toBatch(rows[0]);
  }

  /** Notes that the lines up to `published` are stored by the stream. False where `holder` has lost the right to release. */
  async finish(id: string, holder: string, published: number): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE jobs.batches SET published_lines = greatest(published_lines, $3::integer), published_at = now()
       WHERE id = $1 AND ${mayRelease('$2')} RETURNING 1`,
      [id, holder, published],
    );
    return rows.length > 0;
  }
}
