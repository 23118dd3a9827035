import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { mayRelease } from '../dispatch-work/dispatcher-lease.repository.js';
import type { Batch } from '../keep-batch/batch.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';
import type { LinePlace } from '../validate-batch/batch-line.repository.js';

/** Lines that came back from providers and are to go online. */
@Injectable()
export class ReturnedLinesRepository {
  constructor(private readonly database: Database) {}

  /** The batch, and its first lines of that kind; undefined where none may be released. */
  async next(id: string, holder: string, most: number): Promise<{ batch: Batch; places: LinePlace[] } | undefined> {
    const [row] = await this.database.query<BatchRow>(
      `SELECT ${batchColumns} FROM jobs.batches
       WHERE id = $1 AND returned_lines > 0 AND status = 'in_progress' AND expires_at > now() AND ${mayRelease('$2')}`,
      [id, holder],
    );
    if (!row) return undefined;
    return { batch: toBatch(row), places: await this.placesIn(['returned'], id, { after: 0, limit: most }) };
  }

  /** The next lines after `after` that are at providers, or came back, and have no result; in order. */
  withoutResult(id: string, range: { after: number; limit: number }): Promise<LinePlace[]> {
    return this.placesIn(['native', 'returned'], id, range);
  }

  private async placesIn(
    places: readonly string[],
    id: string,
    range: { after: number; limit: number },
  ): Promise<LinePlace[]> {
    const rows = await this.database.query<Omit<LinePlace, 'byteOffset'> & { byteOffset: string }>(
      `SELECT l.line, l.custom_id AS "customId", l.byte_offset AS "byteOffset", l.byte_length AS "byteLength"
       FROM jobs.native_lines n JOIN jobs.batch_lines l USING (batch_id, line)
         LEFT JOIN jobs.batch_results r USING (batch_id, line)
       WHERE n.batch_id = $1 AND n.place = ANY($4) AND l.line > $2 AND r.line IS NULL
       ORDER BY l.line LIMIT $3`,
      [id, range.after, range.limit, places],
    );
    return rows.map((place) => ({ ...place, byteOffset: Number(place.byteOffset) }));
  }

  /**
   * Notes that these lines are on their way; others up to `upTo` that have a result are done with as well. What came
   * back meanwhile, from another batch at a provider, is neither.
   */
  async finish(batch: Batch, holder: string, { sent, upTo }: { sent: readonly number[]; upTo: number }): Promise<void> {
    await this.database.query(
      `WITH sent AS (
         UPDATE jobs.native_lines n SET place = 'done'
         WHERE batch_id = $1 AND place = 'returned' AND line <= $4 AND ${mayRelease('$2')}
           AND (line = ANY($3) OR EXISTS (SELECT FROM jobs.batch_results r WHERE r.batch_id = n.batch_id AND r.line = n.line))
         RETURNING 1
       )
       UPDATE jobs.batches SET published_at = now(), swept_at = now(),
         returned_lines = returned_lines - (SELECT count(*)::integer FROM sent)
       WHERE id = $1`,
      [batch.id, holder, sent, upTo],
    );
  }

  /** Of lines in this range, those that do not go online with their neighbours: they are, or were, at providers. */
  async elsewhere(batch: Batch, first: number, last: number): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ line: number }>(
      `SELECT line FROM jobs.native_lines WHERE batch_id = $1 AND line BETWEEN $2 AND $3`,
      [batch.id, first, last],
    );
    return new Set(rows.map(({ line }) => line));
  }
}
