import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

/** How fast the queue of a model moves. */
export interface ModelSpeed {
  readonly model: string;
  readonly perSecond: number;
}

/** Rows of `jobs.queue_speeds`: what the dispatching process has seen, for those that answer queries. */
@Injectable()
export class QueueSpeedRepository {
  constructor(private readonly database: Database) {}

  async put(speeds: readonly ModelSpeed[]): Promise<void> {
    await this.database.query(
      `INSERT INTO jobs.queue_speeds (model, per_second, measured_at)
       SELECT model, "perSecond", now() FROM json_to_recordset($1::json) AS s(model text, "perSecond" double precision)
       ON CONFLICT (model) DO UPDATE SET per_second = excluded.per_second, measured_at = excluded.measured_at`,
      [JSON.stringify(speeds)],
    );
  }

  /** Those measured lately. */
  recent(): Promise<ModelSpeed[]> {
    return this.database.query<ModelSpeed>(
      `SELECT model, per_second AS "perSecond" FROM jobs.queue_speeds WHERE measured_at > now() - interval '1 minute'`,
    );
  }
}
