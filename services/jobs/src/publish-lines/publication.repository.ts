import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { mayRelease } from '../dispatch-work/dispatcher-lease.repository.js';
import type { Batch } from '../keep-batch/batch.js';
import type { AsideLine } from './aside-lines.repository.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';

/** How far a step goes, and which lines on the way wait. */
export interface BegunStep {
  readonly upTo: number;
  readonly aside: readonly AsideLine[];
}

/** How far the lines of a batch have been published: columns of `jobs.batches` that only the dispatching process moves. */
@Injectable()
export class PublicationRepository {
  constructor(private readonly database: Database) {}

  /**
   * The batch whose lines may be published. Undefined where none may: it is not in progress any more, its time is over, or `holder` has
   * lost the right to release.
   */
  async look(id: string, holder: string): Promise<Batch | undefined> {
    const rows = await this.database.query<BatchRow>(
      `SELECT ${batchColumns} FROM jobs.batches
       WHERE id = $1 AND status = 'in_progress' AND expires_at > now() AND ${mayRelease('$2')}`,
      [id, holder],
    );
    return rows[0] && toBatch(rows[0]);
  }

  /** Notes that the lines up to `upTo` may be published from now on, but for those that are set aside. False where none may. */
  async begin(id: string, holder: string, { upTo, aside }: BegunStep): Promise<boolean> {
    const rows = await this.database.query(
      `WITH begun AS (
         UPDATE jobs.batches SET offered_lines = greatest(offered_lines, least(total_lines, $3::integer)),
           aside_lines = aside_lines + json_array_length($4::json)
         WHERE id = $1 AND status = 'in_progress' AND expires_at > now() AND ${mayRelease('$2')}
         RETURNING id
       ), noted AS (
         INSERT INTO jobs.aside_lines (batch_id, line, kind)
         SELECT begun.id, a.line, a.kind FROM begun, json_to_recordset($4::json) AS a(line integer, kind text)
       )
       SELECT 1 FROM begun`,
      [id, holder, upTo, JSON.stringify(aside)],
    );
    return rows.length > 0;
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
