import { Injectable } from '@nestjs/common';
import { Database, storableText } from '#libs/storage';
import { batchColumns, toBatch, type BatchRow } from '../keep-batch/batch-row.js';
import type { Batch } from '../keep-batch/batch.js';
import type { Queries } from '../keep-batch/batch.repository.js';
import { placeOf, tenantCondition, tenantParameters, type Tenant } from '../keep-batch/tenant.js';
import { MESSAGES_ENDPOINT } from '../validate-batch/batch-endpoints.policy.js';

/** A batch of messages, with the database's time. */
export interface MessageBatchNow {
  readonly batch: Batch;
  readonly now: Date;
}

/** From where a list goes on, and which way. */
export interface MessageBatchMark {
  readonly id: string;
  readonly direction: 'older' | 'newer';
}

type NowRow = BatchRow & { now: Date };

/** Those rows of `jobs.batches` that hold requests for Anthropic's Messages. */
@Injectable()
export class MessageBatchRepository {
  constructor(private readonly database: Database) {}

  async find(id: string, tenant: Tenant): Promise<MessageBatchNow | undefined> {
    const rows = await this.database.asTenant(placeOf(tenant)).query<NowRow>(
      `SELECT ${batchColumns}, now() AS now FROM jobs.batches
       WHERE id = $1 AND endpoint = '${MESSAGES_ENDPOINT}' AND ${tenantCondition(2)}`,
      [storableText(id), ...tenantParameters(tenant)],
    );
    return rows[0] && withNow(rows[0]);
  }

  /** In the direction asked for, the nearest to the mark first; without a mark the newest first. A foreign mark gives nothing. */
  async list(tenant: Tenant, page: { mark: MessageBatchMark | undefined; limit: number }): Promise<MessageBatchNow[]> {
    const [comparison, direction] = page.mark?.direction === 'newer' ? ['>', 'ASC'] : ['<', 'DESC'];
    const rows = await this.database.asTenant(placeOf(tenant)).query<NowRow>(
      `SELECT ${batchColumns}, now() AS now FROM jobs.batches
       WHERE ${tenantCondition(1)} AND endpoint = '${MESSAGES_ENDPOINT}'
         AND ($4::text IS NULL OR (created_at, id) ${comparison} (
           SELECT created_at, id FROM jobs.batches
           WHERE id = $4 AND endpoint = '${MESSAGES_ENDPOINT}' AND ${tenantCondition(1)}))
       ORDER BY created_at ${direction}, id ${direction} LIMIT $5`,
      [...tenantParameters(tenant), page.mark ? storableText(page.mark.id) : null, page.limit],
    );
    return rows.map(withNow);
  }

  /** Notes that a batch whose requests are not listed yet is to be cancelled as soon as they are. */
  async askToCancel(id: string): Promise<void> {
    await this.database.query(
      `UPDATE jobs.batches SET cancelling_at = coalesce(cancelling_at, clock_timestamp())
       WHERE id = $1 AND status = 'validating'`,
      [id],
    );
  }

  /** Forgets a batch that has ended, with its lines. A result that comes later finds no batch and changes nothing. */
  async delete(id: string, within: Queries): Promise<void> {
    await within.query(`DELETE FROM jobs.batches WHERE id = $1`, [id]);
    await within.query(`DELETE FROM jobs.batch_lines WHERE batch_id = $1`, [id]);
    await within.query(`DELETE FROM jobs.batch_results WHERE batch_id = $1`, [id]);
  }
}

function withNow({ now, ...row }: NowRow): MessageBatchNow {
  return { batch: toBatch(row), now };
}
