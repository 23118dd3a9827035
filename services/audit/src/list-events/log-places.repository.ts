import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { LogBounds } from './log-window.policy.js';

interface Row {
  sequence: string;
  recorded_at: Date;
}

/** Where times lie in a log: its entries keep the order of time, so that a place is found by halving. */
@Injectable()
export class LogPlacesRepository {
  constructor(private readonly database: Database) {}

  /** Whether anything was ever recorded of an organisation. */
  async hasLog(organization: string): Promise<boolean> {
    const rows = await this.database
      .asTenant({ organization })
      .query('SELECT size FROM audit.logs WHERE organization = $1 AND size > 0', [organization]);
    return rows.length > 0;
  }

  /** What of a log is there and was recorded within a time, `until` exclusive. */
  async boundsOf(
    organization: string,
    { since, until }: { readonly since?: number | undefined; readonly until?: number | undefined },
  ): Promise<LogBounds> {
    const [log] = await this.database
      .asTenant({ organization })
      .query<{ size: string; kept_from: string }>('SELECT size, kept_from FROM audit.logs WHERE organization = $1', [
        organization,
      ]);
    const whole = { from: Number(log?.kept_from ?? 0), end: Number(log?.size ?? 0) };
    const from = since === undefined ? whole.from : await this.placeOf(organization, since, whole);
    const end = until === undefined ? whole.end : await this.placeOf(organization, until, { ...whole, from });
    return { from, end };
  }

  /** The first sequence that was recorded at that time or later. */
  private async placeOf(organization: string, time: number, { from, end }: LogBounds): Promise<number> {
    let [low, high] = [from, end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      // Some may have been removed: the next that is there tells as well.
      const [row] = await this.database
        .asTenant({ organization })
        .query<Row>(
          'SELECT sequence, recorded_at FROM audit.entries WHERE organization = $1 AND sequence >= $2 AND sequence < $3 ORDER BY sequence LIMIT 1',
          [organization, middle, high],
        );
      if (row && row.recorded_at.getTime() < time) low = Number(row.sequence) + 1;
      else high = middle;
    }
    return low;
  }
}
