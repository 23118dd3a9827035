import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/storage';

/** An entry that is not in the stream yet. */
export interface UnstreamedEntry {
  readonly organization: string;
  readonly sequence: number;
  readonly type: string;
  readonly recordedAt: Date;
  readonly body: string;
}

const LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended('switchyard audit stream', 0)) AS taken`;
const BEHIND = 'SELECT organization, greatest(streamed, kept_from) AS start FROM audit.logs WHERE streamed < size';
const ENTRIES = `
SELECT organization, sequence, type, recorded_at AS "recordedAt", body FROM audit.entries
WHERE organization = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3`;
const MOVE = 'UPDATE audit.logs SET streamed = $2 WHERE organization = $1';

@Injectable()
export class UnstreamedRepository {
  constructor(private readonly database: Database) {}

  /**
   * Hands on the next entries of each log that is behind, in order, and notes how far it got unless `send` throws. One process at a time
   * does so, so that the order of the stream is that of the log. Returns how many were handed on.
   */
  async send(limit: number, send: (entries: readonly UnstreamedEntry[]) => Promise<void>): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const [lock] = await transaction.query<{ taken: boolean }>(LOCK);
      if (!lock?.taken) return 0;
      let sent = 0;
      const behind = await transaction.query<{ organization: string; start: string }>(BEHIND);
      for (const { organization, start } of behind) {
        const entries = await this.entries(transaction, organization, [Number(start), limit]);
        await send(entries);
        const last = entries.at(-1);
        if (last) await transaction.query(MOVE, [organization, last.sequence + 1]);
        sent += entries.length;
      }
      return sent;
    });
  }

  private async entries(
    transaction: Transaction,
    organization: string,
    [start, limit]: readonly [number, number],
  ): Promise<UnstreamedEntry[]> {
    const rows = await transaction.query<Omit<UnstreamedEntry, 'sequence'> & { sequence: string }>(ENTRIES, [
      organization,
      start,
      limit,
    ]);
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }
}
