import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

/** One process of all has the right to release work, so that shares and windows are those of the fleet; it is renewed while it lives. */
@Injectable()
export class DispatcherLeaseRepository {
  constructor(private readonly database: Database) {}

  /** Takes the right, or renews it. False where another process has it. */
  async hold(holder: string, leaseMilliseconds: number): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO jobs.dispatcher (holder, lease_until) VALUES ($1, now() + $2::double precision * interval '1 millisecond')
       ON CONFLICT (singleton) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
       WHERE jobs.dispatcher.holder = $1 OR jobs.dispatcher.lease_until < now()
       RETURNING 1`,
      [holder, leaseMilliseconds],
    );
    return rows.length > 0;
  }

  /** Gives the right back, so that another process need not wait. */
  async release(holder: string): Promise<void> {
    await this.database.query(`DELETE FROM jobs.dispatcher WHERE holder = $1`, [holder]);
  }
}

/** The condition that the process named by this parameter may release, for the statement that notes a release. */
export function mayRelease(parameter: string): string {
  return `EXISTS (SELECT FROM jobs.dispatcher WHERE holder = ${parameter} AND lease_until > now())`;
}
