import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { Batch } from '../keep-batch/batch.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { lastingOf, type LastingSteering, type Steering } from './steering.js';

/** Rows of `jobs.steered_lines`: where budgets led lines of batches. */
@Injectable()
export class SteeredLinesRepository {
  constructor(private readonly database: Database) {}

  /** Keeps, before these lines go, where budgets lead them; a line for which that is known goes on as it is known. */
  async note({ id }: Batch, lines: readonly number[], steering: ReadonlyMap<string, Steering>): Promise<void> {
    const rows = lines.flatMap((line) => {
      const lasting = lastingOf(steering.get(batchIdentifiers.request(id, line)));
      return lasting ? [{ line, steering: lasting }] : [];
    });
    if (rows.length === 0) return;
    await this.database.query(
      `INSERT INTO jobs.steered_lines (batch_id, line, steering)
       SELECT $1, s.line, s.steering FROM json_to_recordset($2::json) AS s(line integer, steering jsonb)
       ON CONFLICT DO NOTHING`,
      [id, JSON.stringify(rows)],
    );
  }

  /** Of these lines those that budgets led elsewhere before, by their request ids. */
  async among({ id }: Batch, lines: readonly number[]): Promise<ReadonlyMap<string, LastingSteering>> {
    const rows = await this.database.query<{ line: number; steering: LastingSteering }>(
      `SELECT line, steering FROM jobs.steered_lines WHERE batch_id = $1 AND line = ANY($2)`,
      [id, lines],
    );
    return new Map(rows.map(({ line, steering }) => [batchIdentifiers.request(id, line), steering]));
  }
}
