import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { Batch } from '../keep-batch/batch.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';

/** A batch after a note, and whether its lines may be published: it is in progress and its time is not over. */
export interface Publication {
  readonly batch: Batch;
  readonly isOpen: boolean;
}

/** How far the lines of a batch have been published: columns of `jobs.batches` that only its lease holder moves. */
@Injectable()
export class PublicationRepository {
  constructor(private readonly database: Database) {}

  /**
   * Notes in one statement that the lines up to `published` are stored by the stream, and that those up to `offered` may be
   * published from now on (only where the batch is open). Undefined where the lease is lost; then nothing may be
   * published any more.
   */
  async advance(
    id: string,
    holder: string,
    lines: { published: number; offered: number },
  ): Promise<Publication | undefined> {
    const rows = await this.database.query<BatchRow & { isOpen: boolean }>(
      `UPDATE jobs.batches SET published_lines = greatest(published_lines, $3::integer),
         published_at = CASE WHEN $3::integer > published_lines THEN now() ELSE published_at END,
         offered_lines = CASE WHEN status = 'in_progress' AND expires_at > now()
           THEN greatest(offered_lines, $4::integer) ELSE offered_lines END
       WHERE id = $1 AND lease_holder = $2
       RETURNING ${batchColumns}, status = 'in_progress' AND expires_at > now() AS "isOpen"`,
      [id, holder, lines.published, lines.offered],
    );
    const [row] = rows;
    return row && { batch: toBatch(row), isOpen: row.isOpen };
  }
}
