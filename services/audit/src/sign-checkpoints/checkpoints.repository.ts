import { Injectable } from '@nestjs/common';
import { LogEdge } from '#libs/merkle';
import { Database, type Transaction } from '#libs/storage';
import type { LogState } from './due.policy.js';

/** A log with its root. */
export interface LogHead {
  readonly organization: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** A checkpoint as it was signed. */
export interface SignedCheckpoint {
  readonly organization: string;
  readonly size: number;
  readonly signedAt: Date;
  readonly note: string;
}

interface Row {
  organization: string;
  size: string;
  signed_at: Date;
  note: string;
}

interface EdgeRow {
  size: string;
  level: number | null;
  index: string | null;
  hashes: Buffer | null;
}

const STATES = `
SELECT log.organization, log.size, newest.size AS signed_size, newest.signed_at
FROM audit.logs log LEFT JOIN LATERAL (
  SELECT size, signed_at FROM audit.checkpoints one WHERE one.organization = log.organization
  ORDER BY size DESC, signed_at DESC LIMIT 1
) newest ON true`;

/** One statement, so that size and tiles are of one moment. */
const HEAD = `
SELECT log.size, tile.level, tile.index, tile.hashes
FROM audit.logs log CROSS JOIN generate_series(0, 6) AS step(number)
LEFT JOIN audit.tiles tile ON tile.organization = log.organization AND tile.level = step.number
  AND tile.index = log.size / (256::numeric ^ (step.number + 1))::bigint
WHERE log.organization = $1`;

const COLUMNS = 'organization, size, signed_at, note';

const FIND_COVERING = {
  name: 'find-covering-checkpoint',
  text: `SELECT ${COLUMNS} FROM audit.checkpoints WHERE organization = $1 AND size >= $2 ORDER BY size, signed_at LIMIT 1`,
};
const LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended('switchyard audit checkpoints', 0)) AS taken`;

@Injectable()
export class CheckpointsRepository {
  constructor(private readonly database: Database) {}

  /** Runs the work unless another process does such work now. */
  async alone<T>(work: (transaction: Transaction) => Promise<T>): Promise<T | undefined> {
    return this.database.transaction(async (transaction) => {
      const [lock] = await transaction.query<{ taken: boolean }>(LOCK);
      return lock?.taken ? work(transaction) : undefined;
    });
  }

  /** Every log, and what was last signed of it. */
  async states(transaction: Transaction): Promise<(LogState & { organization: string })[]> {
    const rows = await transaction.query<{
      organization: string;
      size: string;
      signed_size: string | null;
      signed_at: Date | null;
    }>(STATES);
    return rows.map((row) => ({
      organization: row.organization,
      size: Number(row.size),
      signedSize: row.signed_size === null ? undefined : Number(row.signed_size),
      signedAt: row.signed_at?.getTime(),
    }));
  }

  /** Undefined for an organisation that has no log. */
  async head(organization: string): Promise<LogHead | undefined> {
    const rows = await this.database.query<EdgeRow>(HEAD, [organization]);
    const [first] = rows;
    if (!first) return undefined;
    const tiles = rows.flatMap(({ level, index, hashes }) =>
      level === null || hashes === null ? [] : [{ level, index: Number(index), hashes }],
    );
    const edge = new LogEdge(Number(first.size), tiles);
    return { organization, size: edge.size, root: edge.root() };
  }

  async add({ organization, size, signedAt, note }: SignedCheckpoint): Promise<void> {
    await this.database.query(
      `INSERT INTO audit.checkpoints (${COLUMNS}) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [organization, size, signedAt, note],
    );
  }

  /** The smallest log state at or above a size that was signed, or the newest of all. */
  async covering(organization: string, size: number): Promise<SignedCheckpoint | undefined> {
    const rows = await this.database.asTenant({ organization }).queryPrepared<Row>(FIND_COVERING, [organization, size]);
    return rows.map(checkpointOf)[0];
  }

  async newest(organization: string): Promise<SignedCheckpoint | undefined> {
    const rows = await this.database
      .asTenant({ organization })
      .query<Row>(
        `SELECT ${COLUMNS} FROM audit.checkpoints WHERE organization = $1 ORDER BY size DESC, signed_at DESC LIMIT 1`,
        [organization],
      );
    return rows.map(checkpointOf)[0];
  }

  /** Oldest first, behind a size and time. */
  async list(
    organization: string,
    after: { size: number; signedAt: Date },
    limit: number,
  ): Promise<SignedCheckpoint[]> {
    const rows = await this.database.asTenant({ organization }).query<Row>(
      `SELECT ${COLUMNS} FROM audit.checkpoints WHERE organization = $1 AND (size, signed_at) > ($2, $3::timestamptz)
       ORDER BY size, signed_at LIMIT $4`,
      [organization, after.size, after.signedAt, limit],
    );
    return rows.map(checkpointOf);
  }

  /** The last of each hour within a stretch of sizes, both ends in it; enough to find where a log was changed. */
  async hourly(organization: string, from: number, until: number): Promise<SignedCheckpoint[]> {
    const rows = await this.database.asTenant({ organization }).query<Row>(
      `SELECT ${COLUMNS} FROM (
         SELECT DISTINCT ON (date_trunc('hour', signed_at)) ${COLUMNS} FROM audit.checkpoints
         WHERE organization = $1 AND size BETWEEN $2 AND $3
         ORDER BY date_trunc('hour', signed_at), size DESC, signed_at DESC
       ) hourly ORDER BY size, signed_at`,
      [organization, from, until],
    );
    return rows.map(checkpointOf);
  }

  async unpublished(limit: number): Promise<SignedCheckpoint[]> {
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM audit.checkpoints WHERE published_at IS NULL ORDER BY signed_at LIMIT $1`,
      [limit],
    );
    return rows.map(checkpointOf);
  }

  async notePublished({ organization, size, signedAt }: SignedCheckpoint): Promise<void> {
    await this.database.query(
      'UPDATE audit.checkpoints SET published_at = now() WHERE organization = $1 AND size = $2 AND signed_at = $3',
      [organization, size, signedAt],
    );
  }
}

function checkpointOf({ organization, size, signed_at: signedAt, note }: Row): SignedCheckpoint {
  return { organization, size: Number(size), signedAt, note };
}
