import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { Pause } from './pauses.policy.js';

const COLUMNS = `scope, name, reason, paused_by AS "pausedBy", paused_at AS "pausedAt", until`;

/** What is done about a pause in the transaction that stores or removes it. */
type Beside = (pause: Pause) => Promise<void>;

/** Rows of `jobs.queue_pauses`. */
@Injectable()
export class PauseRepository {
  constructor(private readonly database: Database) {}

  /** Those in force. */
  current(): Promise<Pause[]> {
    return this.database.query<Pause>(
      `SELECT ${COLUMNS} FROM jobs.queue_pauses WHERE until IS NULL OR until > now() ORDER BY paused_at, scope, name`,
    );
  }

  /** Pauses, or changes the reason and the end of a pause that is there; not where `beside` throws, which may run several times. */
  put(pause: Omit<Pause, 'pausedAt'>, beside?: Beside): Promise<Pause> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<Pause>(
        `INSERT INTO jobs.queue_pauses (scope, name, reason, paused_by, until) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (scope, name) DO UPDATE
         SET reason = excluded.reason, paused_by = excluded.paused_by, until = excluded.until
       RETURNING ${COLUMNS}`,
        [pause.scope, pause.name, pause.reason, pause.pausedBy, pause.until],
      );
      if (!row) throw new Error('a pause that was stored is not there');
      await beside?.(row);
      return row;
    });
  }

  /** The pause that was ended; undefined where there was none. It goes on where `beside` throws, which may run several times. */
  remove(pause: Pick<Pause, 'scope' | 'name'>, beside?: Beside): Promise<Pause | undefined> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<Pause>(
        `DELETE FROM jobs.queue_pauses WHERE scope = $1 AND name = $2 RETURNING ${COLUMNS}`,
        [pause.scope, pause.name],
      );
      if (row) await beside?.(row);
      return row;
    });
  }
}
