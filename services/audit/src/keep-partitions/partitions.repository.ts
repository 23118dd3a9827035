import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/storage';

/** A month of entries. */
export interface Partition {
  readonly name: string;
  /** Milliseconds since the Unix epoch; `until` exclusive. */
  readonly since: number;
  readonly until: number;
}

/** What of one log lies in a partition. */
export interface PartitionPart {
  readonly organization: string;
  readonly first: number;
  readonly last: number;
  readonly isHeld: boolean;
}

const NAME = /^entries_(\d{4})_(\d{2})$/;

@Injectable()
export class PartitionsRepository {
  constructor(private readonly database: Database) {}

  /** Makes sure that there are partitions for this month and the next ones. */
  async addAhead(): Promise<void> {
    await this.database.query(`SELECT audit.add_partitions(now(), now() + interval '3 months')`);
  }

  /** Oldest first. */
  async list(): Promise<Partition[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = 'audit.entries'::regclass ORDER BY relname`,
    );
    return rows.flatMap(({ name }) => {
      const [, year, month] = NAME.exec(name) ?? [];
      if (year === undefined || month === undefined) return [];
      const at = Number(month) - 1;
      return [{ name, since: Date.UTC(Number(year), at), until: Date.UTC(Number(year), at + 1) }];
    });
  }

  async parts({ name }: Partition): Promise<PartitionPart[]> {
    const rows = await this.database.query<{ organization: string; first: string; last: string; held: boolean }>(
      `SELECT log.organization, part.first, part.last, log.held_since IS NOT NULL AS held
       FROM audit.logs log CROSS JOIN LATERAL (
         SELECT min(sequence) AS first, max(sequence) AS last FROM audit."${name}" WHERE organization = log.organization
       ) AS part
       WHERE part.first IS NOT NULL ORDER BY log.organization`,
    );
    return rows.map((row) => ({
      organization: row.organization,
      first: Number(row.first),
      last: Number(row.last),
      isHeld: row.held,
    }));
  }

  /** Removes a partition whose entries were sealed; false where a log in it is held by now. */
  async drop(partition: Partition, parts: readonly PartitionPart[]): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const rows = await transaction.query<{ held_since: Date | null }>(
        'SELECT held_since FROM audit.logs WHERE organization = ANY($1) ORDER BY organization FOR UPDATE',
        [parts.map(({ organization }) => organization)],
      );
      if (rows.some((row) => row.held_since !== null)) return false;
      for (const { organization, last } of parts) {
        await transaction.query('UPDATE audit.logs SET kept_from = greatest(kept_from, $2) WHERE organization = $1', [
          organization,
          last + 1,
        ]);
      }
      await transaction.query(`DROP TABLE audit."${partition.name}"`);
      return true;
    });
  }

  /** Holds a log, or lets go of it; false where it was so already. */
  async hold(organization: string, isHeld: boolean, on: Pick<Transaction, 'query'> = this.database): Promise<boolean> {
    const rows = await on.query(
      `INSERT INTO audit.logs (organization, held_since) VALUES ($1, CASE WHEN $2 THEN now() END)
       ON CONFLICT (organization) DO UPDATE SET held_since = EXCLUDED.held_since
         WHERE (audit.logs.held_since IS NOT NULL) <> $2 RETURNING organization`,
      [organization, isHeld],
    );
    return rows.length > 0;
  }

  /** Logs that are held, and since when. */
  async holds(): Promise<{ organization: string; heldSince: Date }[]> {
    return this.database.query(
      'SELECT organization, held_since AS "heldSince" FROM audit.logs WHERE held_since IS NOT NULL ORDER BY organization',
    );
  }
}
