import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

/** A file that nobody can see any more, and where its bytes are. */
export interface DroppedFile {
  readonly id: string;
  readonly blobKey: string;
}

/** Finds what of files is to be taken out of database and store. */
@Injectable()
export class DroppedFilesRepository {
  constructor(private readonly database: Database) {}

  /** Files deleted or expired for so long; the input of a batch that has not ended stays until it has. */
  toDrop(how: { goneForMilliseconds: number; most: number }): Promise<DroppedFile[]> {
    return this.database.query<DroppedFile>(
      `SELECT id, blob_key AS "blobKey" FROM jobs.files f
       WHERE least(deleted_at, expires_at) < now() - $1::double precision * interval '1 millisecond'
         AND NOT EXISTS (SELECT FROM jobs.batches b WHERE b.input_file_id = f.id
           AND b.status IN ('validating', 'in_progress', 'finalizing', 'cancelling'))
       ORDER BY least(deleted_at, expires_at) LIMIT $2`,
      [how.goneForMilliseconds, how.most],
    );
  }

  /** To be called once the bytes are gone. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.database.query(`DELETE FROM jobs.files WHERE id = ANY($1)`, [ids]);
  }

  /** Those of the keys that no file and no job names; the key of a job's bytes holds its id. */
  async unnamed(blobKeys: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ key: string }>(
      `SELECT stored.key FROM unnest($1::text[]) AS stored(key)
       WHERE NOT EXISTS (SELECT FROM jobs.files WHERE blob_key = stored.key)
         AND NOT EXISTS (SELECT FROM jobs.jobs WHERE stored.key LIKE 'jobs/%' AND id = split_part(stored.key, '/', 2)
           AND stored.key IN (body_blob_key, result_blob_key))`,
      [blobKeys],
    );
    return rows.map(({ key }) => key);
  }
}
