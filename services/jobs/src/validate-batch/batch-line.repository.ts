import { Injectable } from '@nestjs/common';
import { Database, RowsParameter } from '#libs/storage';
import type { Queries } from '../keep-batch/batch.repository.js';

/** Where one line of a batch stands in its input file. */
export interface LinePlace {
  readonly line: number;
  readonly customId: string;
  readonly byteOffset: number;
  readonly byteLength: number;
}

type PlaceRow = Omit<LinePlace, 'byteOffset'> & { readonly byteOffset: string };

const PLACES = new RowsParameter<LinePlace>([
  ['line', 'integer', ({ line }) => line],
  ['custom_id', 'text', ({ customId }) => customId],
  ['byte_offset', 'bigint', ({ byteOffset }) => byteOffset],
  ['byte_length', 'integer', ({ byteLength }) => byteLength],
]);

/** Rows of `jobs.batch_lines`. */
@Injectable()
export class BatchLineRepository {
  constructor(private readonly database: Database) {}

  /** One statement for many lines. */
  async insert(batchId: string, lines: readonly LinePlace[], within: Queries): Promise<void> {
    await within.query(
      `INSERT INTO jobs.batch_lines (batch_id, ${PLACES.names}) SELECT $1, * FROM ${PLACES.source('place', 2)}`,
      [batchId, ...PLACES.values(lines)],
    );
  }

  /** Where a line starts in the input file; undefined where the batch has no such line. */
  async offsetOf(batchId: string, line: number): Promise<number | undefined> {
    const rows = await this.database.query<{ byteOffset: string }>(
      `SELECT byte_offset AS "byteOffset" FROM jobs.batch_lines WHERE batch_id = $1 AND line = $2`,
      [batchId, line],
    );
    return rows[0] && Number(rows[0].byteOffset);
  }

  /**
   * The next lines after `after` and up to `last` that have no result and are not at providers, in order; of those that were set aside,
   * the ones that were sent, before that time where one is given.
   */
  async withoutResult(
    batchId: string,
    range: { after: number; last: number; limit: number; sentBefore?: Date },
  ): Promise<LinePlace[]> {
    const rows = await this.database.query<PlaceRow>(
      `SELECT l.line, l.custom_id AS "customId", l.byte_offset AS "byteOffset", l.byte_length AS "byteLength"
       FROM jobs.batch_lines l LEFT JOIN jobs.batch_results r USING (batch_id, line)
       WHERE l.batch_id = $1 AND l.line > $2 AND l.line <= $3 AND r.line IS NULL
         AND NOT EXISTS (SELECT FROM jobs.native_lines n
           WHERE n.batch_id = l.batch_id AND n.line = l.line AND n.place <> 'done')
         AND NOT EXISTS (SELECT FROM jobs.aside_lines a WHERE a.batch_id = l.batch_id AND a.line = l.line
           AND (a.sent_at IS NULL OR a.sent_at >= coalesce($5, 'infinity'::timestamptz)))
       ORDER BY l.line LIMIT $4`,
      [batchId, range.after, range.last, range.limit, range.sentBefore],
    );
    return rows.map((row) => ({ ...row, byteOffset: Number(row.byteOffset) }));
  }
}
