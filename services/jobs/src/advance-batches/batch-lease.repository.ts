import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

/**
 * Leases on batches: one process at a time validates, settles and finalizes a batch. A lease is a name and a time in the
 * batch's row, renewed while its holder lives; every change the holder makes is made on the condition that it still holds it.
 */
@Injectable()
export class BatchLeaseRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes free batches that need work, but for those in `except`: those nobody has worked on yet first, then those that were
   * given back the longest time ago. A batch in progress needs none until its last line has ended or its time is over: its lines
   * are published by the dispatcher.
   */
  async claim(
    holder: string,
    how: { most: number; leaseMilliseconds: number; except: readonly string[] },
  ): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `UPDATE jobs.batches SET lease_holder = $1, lease_until = now() + $3::double precision * interval '1 millisecond'
       WHERE id IN (
         SELECT id FROM jobs.batches
         WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling')
           AND (status <> 'in_progress' OR expires_at <= now()
             OR completed_lines + failed_lines + unfinished_lines >= total_lines)
           AND (lease_until IS NULL OR lease_until < now()) AND NOT id = ANY($4)
         ORDER BY lease_until NULLS FIRST, created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [holder, how.most, how.leaseMilliseconds, how.except],
    );
    return rows.map((row) => row.id);
  }

  /** Keeps leases; those it no longer returns are lost. */
  async renew(holder: string, ids: readonly string[], leaseMilliseconds: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `UPDATE jobs.batches SET lease_until = now() + $3::double precision * interval '1 millisecond'
       WHERE id = ANY($2) AND lease_holder = $1 RETURNING id`,
      [holder, ids, leaseMilliseconds],
    );
    return rows.map((row) => row.id);
  }

  /** Gives a batch back; nobody takes it before the pause is over. */
  async release(holder: string, id: string, pauseMilliseconds: number): Promise<void> {
    await this.database.query(
      `UPDATE jobs.batches SET lease_holder = NULL, lease_until = now() + $3::double precision * interval '1 millisecond'
       WHERE id = $2 AND lease_holder = $1`,
      [holder, id, pauseMilliseconds],
    );
  }
}
