import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { Batch } from '../keep-batch/batch.js';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';
import { BatchRepository, type Queries } from '../keep-batch/batch.repository.js';
import { endingOf } from '../keep-batch/batch-state.policy.js';
import { BatchTakenAway } from '../keep-batch/batch-taken-away.error.js';

/** Fixes how a batch ends: from then on every line has its result, and no later result changes anything. */
@Injectable()
export class SettlementRepository {
  constructor(
    private readonly database: Database,
    private readonly batches: BatchRepository,
  ) {}

  /** Throws `BatchTakenAway` where the lease is lost. */
  async settle(id: string, holder: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const batch = await this.lock(id, holder, transaction);
      const endsAs = endingOf(batch);
      if (endsAs !== 'completed') await this.closeLines(batch, endsAs, transaction);
      if (batch.status === 'cancelling') {
        await transaction.query(`UPDATE jobs.batches SET ends_as = $2 WHERE id = $1`, [id, endsAs]);
        return;
      }
      const moved = await this.batches.move(id, 'finalizing', { holder, changes: { endsAs }, within: transaction });
      if (!moved) throw new BatchTakenAway(id);
    });
  }

  /** The lock is taken before any line's row, as the storing of results does, so the two cannot wait for each other. */
  private async lock(id: string, holder: string, transaction: Queries): Promise<Batch> {
    const rows = await transaction.query<BatchRow>(
      `SELECT ${batchColumns} FROM jobs.batches WHERE id = $1 AND lease_holder = $2 AND ends_as IS NULL FOR UPDATE`,
      [id, holder],
    );
    if (!rows[0]) throw new BatchTakenAway(id);
    return toBatch(rows[0]);
  }

  private async closeLines(batch: Batch, endsAs: 'expired' | 'cancelled', transaction: Queries): Promise<void> {
    await transaction.query(
      `WITH closed AS (
         INSERT INTO jobs.batch_results (batch_id, line, request_id, outcome, error_code)
         SELECT l.batch_id, l.line, 'req_' || split_part(l.batch_id, '_', 2) || '_' || l.line, $2, 'batch_' || $2
         FROM jobs.batch_lines l WHERE l.batch_id = $1
         ON CONFLICT DO NOTHING RETURNING 1
       )
       UPDATE jobs.batches SET unfinished_lines = unfinished_lines + (SELECT count(*) FROM closed) WHERE id = $1`,
      [batch.id, endsAs],
    );
  }
}
