import type { Database } from './database.js';
import type { StorageLog } from './database-options.js';

const INTERVAL_MILLISECONDS = 60 * 60_000;
const ROWS_PER_STATEMENT = 10_000;

/** Which inbox, and how long its rows are kept: longer than any message can be delivered again, with a day to spare. */
export interface InboxPurgeOptions {
  readonly schema: string;
  readonly keepMilliseconds: number;
  readonly log: StorageLog;
}

/** Drops inbox rows that no delivery can need any more, every hour, in portions that lock little. */
export class InboxPurge {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly options: InboxPurgeOptions,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.purgeQuietly(), INTERVAL_MILLISECONDS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Returns how many rows it dropped. */
  async purge(): Promise<number> {
    const { schema, keepMilliseconds } = this.options;
    let total = 0;
    for (;;) {
      const [row] = await this.database.query<{ dropped: number }>(
        `WITH old AS (
           SELECT ctid FROM ${schema}.inbox WHERE recorded_at < now() - $1 * interval '1 millisecond' LIMIT $2
         ), dropped AS (
           DELETE FROM ${schema}.inbox WHERE ctid IN (SELECT ctid FROM old) RETURNING 1
         ) SELECT count(*)::int AS dropped FROM dropped`,
        [keepMilliseconds, ROWS_PER_STATEMENT],
      );
      const dropped = row?.dropped ?? 0;
      total += dropped;
      if (dropped < ROWS_PER_STATEMENT) {
        return total;
      }
    }
  }

  private async purgeQuietly(): Promise<void> {
    try {
      const dropped = await this.purge();
      this.options.log.info({ schema: this.options.schema, dropped }, 'old inbox rows dropped');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.options.log.warn(
        { schema: this.options.schema, reason },
        'old inbox rows not dropped; trying again in an hour',
      );
    }
  }
}
