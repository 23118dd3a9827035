import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { mayRelease } from '../dispatch-work/dispatcher-lease.repository.js';
import type { Batch } from '../keep-batch/batch.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';
import type { LinePlace } from '../validate-batch/batch-line.repository.js';

/** A line that waits while others of its batch go on, and what tells it apart from those that wait for something else. */
export interface AsideLine {
  readonly line: number;
  readonly kind: string;
}

/** Where such a line stands in its file, and whether it has a result after all: it was on its way once. */
export type AsidePlace = AsideLine & LinePlace & { readonly hasEnded: boolean };

/** A batch, and the next of its lines that wait; in the order of the file alone where they are of many kinds. */
export interface NextAside {
  readonly batch: Batch;
  readonly places: readonly AsidePlace[];
  readonly isInOrder: boolean;
}

/** Lines of more kinds are taken in the order of the file: an index is gone through for each kind, in each turn. */
const MOST_KINDS = 100;

type PlaceRow<Place> = Omit<Place, 'byteOffset'> & { readonly byteOffset: string };

/** Rows of `jobs.aside_lines`. */
@Injectable()
export class AsideLinesRepository {
  constructor(private readonly database: Database) {}

  /** Notes that these lines wait, before others behind them go. False where `holder` has lost the right to release. */
  async note({ id }: Batch, holder: string, lines: readonly AsideLine[]): Promise<boolean> {
    const rows = await this.database.query(
      `WITH noted AS (
         INSERT INTO jobs.aside_lines (batch_id, line, kind)
         SELECT $1, a.line, a.kind FROM json_to_recordset($3::json) AS a(line integer, kind text) WHERE ${mayRelease('$2')}
         ON CONFLICT DO NOTHING RETURNING 1
       )
       UPDATE jobs.batches SET aside_lines = aside_lines + (SELECT count(*)::integer FROM noted)
       WHERE id = $1 AND ${mayRelease('$2')} RETURNING 1`,
      [id, holder, JSON.stringify(lines)],
    );
    return rows.length > 0;
  }

  /** Of lines in this range, those that do not go with their neighbours. */
  async among({ id }: Batch, first: number, last: number): Promise<number[]> {
    const rows = await this.database.query<{ line: number }>(
      `SELECT line FROM jobs.aside_lines WHERE batch_id = $1 AND line BETWEEN $2 AND $3`,
      [id, first, last],
    );
    return rows.map(({ line }) => line);
  }

  /**
   * The batch, and the first of its lines that wait, of other kinds than these; undefined where none may be released. Of many kinds come
   * the lines behind `after`, in the order of the file, since each would have to be looked for by itself.
   */
  async next(
    id: string,
    holder: string,
    { most, except, after }: { most: number; except: readonly string[]; after: number },
  ): Promise<NextAside | undefined> {
    const [row] = await this.database.query<BatchRow & { kinds: number }>(
      `SELECT ${batchColumns}, (${COUNT_OF_KINDS}) AS kinds FROM jobs.batches
       WHERE id = $1 AND aside_lines > 0 AND status = 'in_progress' AND expires_at > now() AND ${mayRelease('$2')}`,
      [id, holder],
    );
    if (!row) return undefined;
    const isInOrder = row.kinds > MOST_KINDS;
    const [statement, last] = isInOrder ? [FIRST_IN_ORDER, [after]] : [FIRST_OF_KINDS, []];
    const places = await this.database.query<PlaceRow<AsidePlace>>(statement, [id, most, except, ...last]);
    return { batch: toBatch(row), places: places.map(placeOf), isInOrder };
  }

  /** Notes what lines wait for now that waited for something else under another configuration. */
  async rename({ id }: Batch, lines: readonly AsideLine[]): Promise<void> {
    await this.database.query(
      `UPDATE jobs.aside_lines a SET kind = now.kind
       FROM json_to_recordset($2::json) AS now(line integer, kind text)
       WHERE a.batch_id = $1 AND a.line = now.line AND a.sent_at IS NULL`,
      [id, JSON.stringify(lines)],
    );
  }

  /** Notes that these lines are on their way. */
  async finish({ id }: Batch, holder: string, lines: readonly number[]): Promise<void> {
    await this.database.query(
      `WITH sent AS (
         UPDATE jobs.aside_lines SET sent_at = now()
         WHERE batch_id = $1 AND line = ANY($3) AND sent_at IS NULL AND ${mayRelease('$2')} RETURNING 1
       )
       UPDATE jobs.batches SET published_at = now(), aside_lines = aside_lines - (SELECT count(*)::integer FROM sent)
       WHERE id = $1`,
      [id, holder, lines],
    );
  }

  /** The next lines after `after` that wait and have no result, in order. */
  async withoutResult(id: string, { after, limit }: { after: number; limit: number }): Promise<LinePlace[]> {
    const rows = await this.database.query<PlaceRow<LinePlace>>(
      `SELECT l.line, l.custom_id AS "customId", l.byte_offset AS "byteOffset", l.byte_length AS "byteLength"
       FROM jobs.aside_lines a JOIN jobs.batch_lines l USING (batch_id, line)
         LEFT JOIN jobs.batch_results r USING (batch_id, line)
       WHERE a.batch_id = $1 AND a.line > $2 AND a.sent_at IS NULL AND r.line IS NULL
       ORDER BY l.line LIMIT $3`,
      [id, after, limit],
    );
    return rows.map(placeOf);
  }
}

const PLACES_OF_FIRSTS = `
  SELECT f.line, f.kind, l.custom_id AS "customId", l.byte_offset AS "byteOffset", l.byte_length AS "byteLength",
    r.line IS NOT NULL AS "hasEnded"
  FROM firsts f JOIN jobs.batch_lines l ON l.batch_id = $1 AND l.line = f.line
    LEFT JOIN jobs.batch_results r ON r.batch_id = $1 AND r.line = f.line
  ORDER BY f.line`;

/** Goes from kind to kind by the index: many lines of one kind cost no more than one. */
const KINDS = `
  WITH RECURSIVE kinds AS (
    (SELECT kind FROM jobs.aside_lines WHERE batch_id = $1 AND sent_at IS NULL ORDER BY kind LIMIT 1)
    UNION ALL
    SELECT (SELECT a.kind FROM jobs.aside_lines a WHERE a.batch_id = $1 AND a.sent_at IS NULL AND a.kind > kinds.kind
            ORDER BY a.kind LIMIT 1)
    FROM kinds WHERE kinds.kind IS NOT NULL
  )`;

const COUNT_OF_KINDS = `${KINDS}
  SELECT count(*)::integer FROM (SELECT FROM kinds WHERE kind IS NOT NULL LIMIT ${MOST_KINDS + 1}) first_kinds`;

const FIRST_OF_KINDS = `${KINDS}, firsts AS (
    SELECT a.line, a.kind FROM kinds CROSS JOIN LATERAL (
      SELECT line, kind FROM jobs.aside_lines
      WHERE batch_id = $1 AND kind = kinds.kind AND sent_at IS NULL ORDER BY line LIMIT $2
    ) a
    WHERE kinds.kind IS NOT NULL AND kinds.kind <> ALL($3::text[])
    ORDER BY a.line LIMIT $2
  )
  ${PLACES_OF_FIRSTS}`;

const FIRST_IN_ORDER = `
  WITH firsts AS (
    SELECT line, kind FROM jobs.aside_lines
    WHERE batch_id = $1 AND line > $4 AND sent_at IS NULL AND kind <> ALL($3::text[]) ORDER BY line LIMIT $2
  )
  ${PLACES_OF_FIRSTS}`;

function placeOf<Place extends LinePlace>(row: PlaceRow<Place>): Place {
  return { ...row, byteOffset: Number(row.byteOffset) } as Place;
}
