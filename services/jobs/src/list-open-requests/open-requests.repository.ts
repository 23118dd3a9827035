import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';

const OF_A_LINE = /^req_(.+)_(\d{1,9})$/;

/** Knows which requests of the durable lane have ended. */
@Injectable()
export class OpenRequestsRepository {
  constructor(private readonly database: Database) {}

  /** Those of the ids whose line or job has its result, or whose batch has been settled: one of files, or one of messages. */
  async ended(requestIds: readonly string[]): Promise<string[]> {
    const lines = requestIds.flatMap((id) => {
      const [, token, line] = OF_A_LINE.exec(id) ?? [];
      if (token === undefined || line === undefined) return [];
      const batches = [batchIdentifiers.batch(token), batchIdentifiers.messageBatch(token)];
      return batches.map((batch) => ({ id, batch, line: Number(line) }));
    });
    const rows = await this.database.query<{ id: string }>(
      `SELECT asked.id FROM json_to_recordset($1::json) AS asked(id text, batch text, line integer)
       WHERE EXISTS (SELECT FROM jobs.batch_results r WHERE r.batch_id = asked.batch AND r.line = asked.line)
         OR EXISTS (SELECT FROM jobs.batches b WHERE b.id = asked.batch AND b.ends_as IS NOT NULL)
       UNION ALL
       SELECT request_id FROM jobs.jobs WHERE request_id = ANY($2) AND outcome IS NOT NULL`,
      [JSON.stringify(lines), requestIds],
    );
    return rows.map(({ id }) => id);
  }
}
