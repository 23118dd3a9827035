import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { RestingWork } from './work-rests.js';

/** Rows of `jobs.queue_rests`: what waits for room in a limit or a budget, for those that answer queries. */
@Injectable()
export class WorkRestRepository {
  private wasEmpty = false;

  constructor(private readonly database: Database) {}

  /** All there are now; others are forgotten. */
  async put(resting: readonly RestingWork[]): Promise<void> {
    if (resting.length === 0 && this.wasEmpty) return;
    const rows = resting.map((one) => ({ ...one, until: new Date(one.until) }));
    await this.database.query(
      `WITH now_resting AS (
         SELECT * FROM json_to_recordset($1::json) AS r(id text, reason text, words text, until timestamptz)
       ), gone AS (
         DELETE FROM jobs.queue_rests WHERE id NOT IN (SELECT id FROM now_resting)
       )
       INSERT INTO jobs.queue_rests (id, reason, words, until, noted_at) SELECT id, reason, words, until, now() FROM now_resting
       ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, words = excluded.words, until = excluded.until,
         noted_at = excluded.noted_at`,
      [JSON.stringify(rows)],
    );
    this.wasEmpty = resting.length === 0;
  }

  /** Those noted lately. */
  recent(): Promise<RestingWork[]> {
    return this.database.query<RestingWork>(
      `SELECT id, reason, words, (extract(epoch FROM until) * 1000)::double precision AS until FROM jobs.queue_rests
       WHERE noted_at > now() - interval '10 seconds'`,
    );
  }
}
