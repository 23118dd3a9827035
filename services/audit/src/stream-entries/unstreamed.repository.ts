import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/storage';
import { FreshEntries, type FollowedEntry } from './fresh-entries.js';

const LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended('switchyard audit stream', 0)) AS taken`;
const BEHIND = 'SELECT organization, greatest(streamed, kept_from) AS start FROM audit.logs WHERE streamed < size';
const ENTRIES = `
SELECT organization, sequence, type, recorded_at AS "recordedAt", body FROM audit.entries
WHERE organization = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3`;
const MOVE = 'UPDATE audit.logs SET streamed = $2 WHERE organization = $1';

@Injectable()
export class UnstreamedRepository {
  constructor(
    private readonly database: Database,
    private readonly fresh: FreshEntries = new FreshEntries(),
  ) {}

  /**
   * Hands on the next entries of each log that is behind, in order, and notes how far it got unless `send` throws. One process at a time
   * does so, so that the order of the stream is that of the log. Returns how many were handed on.
   */
  async send(limit: number, send: (entries: readonly FollowedEntry[]) => Promise<void>): Promise<number> {
    const moved = new Map<string, number>();
    const sent = await this.database.transaction(async (transaction) => {
      moved.clear();
      const [lock] = await transaction.query<{ taken: boolean }>(LOCK);
      if (!lock?.taken) return 0;
      let count = 0;
      const behind = await transaction.query<{ organization: string; start: string }>(BEHIND);
      for (const { organization, start } of behind) {
        const entries = await this.entries(transaction, organization, [Number(start), limit]);
        await send(entries);
        const last = entries.at(-1);
        if (last) {
          await transaction.query(MOVE, [organization, last.sequence + 1]);
          moved.set(organization, last.sequence + 1);
        }
        count += entries.length;
      }
      return count;
    });
    for (const [organization, upTo] of moved) this.fresh.forget(organization, upTo);
    return sent;
  }

  private async entries(
    transaction: Transaction,
    organization: string,
    [start, limit]: readonly [number, number],
  ): Promise<readonly FollowedEntry[]> {
    const known = this.fresh.from(organization, start, limit);
    if (known.length > 0) return known;
    const rows = await transaction.query<Omit<FollowedEntry, 'sequence'> & { sequence: string }>(ENTRIES, [
      organization,
      start,
      limit,
    ]);
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }
}
