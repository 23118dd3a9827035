import { Injectable } from '@nestjs/common';
import type { BatchStatus } from '#libs/contracts';
import { Database, storableText } from '#libs/storage';
import { WebhookOutboxRepository } from '../raise-events/webhook-outbox.repository.js';
import type { Batch, BatchEnding, BatchErrors } from './batch.js';
import { batchEventOf } from './batch-event.policy.js';
import { batchColumns, toBatch, type BatchRow } from './batch-row.js';
import { statesBefore } from './batch-state.policy.js';
import { MESSAGES_ENDPOINT } from '../validate-batch/batch-endpoints.policy.js';
import { placeOf, tenantCondition, tenantParameters, type Tenant } from './tenant.js';

/** Something that runs SQL: the database, or one transaction of it. */
export type Queries = Pick<Database, 'query'>;

/** What a new batch is made of. */
export type NewBatch = Pick<
  Batch,
  | 'id'
  | 'organization'
  | 'project'
  | 'key'
  | 'keyId'
  | 'endpoint'
  | 'completionWindow'
  | 'inputFileId'
  | 'outputExpiresAfterSeconds'
  | 'metadata'
> & {
  /** How many lines it has, where that is known before they are read. */
  readonly totalLines?: number;
};

/** Changes that come with a change of state. */
export interface MoveChanges {
  readonly endsAs?: BatchEnding;
  readonly model?: string | null;
  readonly totalLines?: number;
  readonly errors?: BatchErrors;
  readonly outputFileId?: string | null;
  readonly errorFileId?: string | null;
}

/** How a batch moves: only while `holder` holds its lease, if one is named. */
export interface Move {
  readonly holder?: string;
  readonly changes?: MoveChanges;
  /** Only from these of the states from which it may go there. */
  readonly from?: readonly BatchStatus[];
}

/** Rows of `jobs.batches`. Every change of state goes through `move`, which knows the allowed edges. */
@Injectable()
export class BatchRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: WebhookOutboxRepository,
  ) {}

  async insert(
    batch: NewBatch,
    { windowMilliseconds, within = this.database }: { windowMilliseconds: number; within?: Queries },
  ): Promise<Batch> {
    const rows = await within.query<BatchRow>(
      `INSERT INTO jobs.batches (id, organization, project, key, endpoint, completion_window, input_file_id, metadata, output_expires_after_seconds, total_lines, key_id, status, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $11, $12, 'validating', now() + $10::double precision * interval '1 millisecond')
       RETURNING ${batchColumns}`,
      [
        batch.id,
        batch.organization,
        batch.project,
        batch.key,
        batch.endpoint,
        batch.completionWindow,
        batch.inputFileId,
        batch.metadata === null ? null : JSON.stringify(batch.metadata),
        batch.outputExpiresAfterSeconds,
        windowMilliseconds,
        batch.totalLines ?? 0,
        batch.keyId,
      ],
    );
    return toBatch(onlyRow(rows));
  }

  async find(id: string, tenant: Tenant): Promise<Batch | undefined> {
    const rows = await this.database.asTenant(placeOf(tenant)).query<BatchRow>(
      `SELECT ${batchColumns} FROM jobs.batches
       WHERE id = $1 AND endpoint <> '${MESSAGES_ENDPOINT}' AND ${tenantCondition(2)}`,
      [storableText(id), ...tenantParameters(tenant)],
    );
    return rows[0] && toBatch(rows[0]);
  }

  /** A batch that must exist, with the database's time: the only clock by which batches expire. */
  async readNow(id: string): Promise<{ batch: Batch; now: Date }> {
    const rows = await this.database.query<BatchRow & { now: Date }>(
      `SELECT ${batchColumns}, now() AS now FROM jobs.batches WHERE id = $1`,
      [id],
    );
    const { now, ...row } = onlyRow(rows);
    return { batch: toBatch(row), now };
  }

  /** Newest first, after the batch `after` where one is given. An `after` that the tenant cannot see gives nothing. */
  async list(tenant: Tenant, page: { after?: string | undefined; limit: number }): Promise<Batch[]> {
    const rows = await this.database.asTenant(placeOf(tenant)).query<BatchRow>(
      `SELECT ${batchColumns} FROM jobs.batches
       WHERE ${tenantCondition(1)} AND endpoint <> '${MESSAGES_ENDPOINT}'
         AND ($4::text IS NULL OR (created_at, id) < (
           SELECT created_at, id FROM jobs.batches WHERE id = $4 AND ${tenantCondition(1)}))
       ORDER BY created_at DESC, id DESC LIMIT $5`,
      [...tenantParameters(tenant), page.after === undefined ? null : storableText(page.after), page.limit],
    );
    return rows.map(toBatch);
  }

  /**
   * Moves a batch along an edge of the state machine and stamps the time of it, once. Undefined where the batch is not in a
   * state from which it may go there, or where `holder` is given and no longer holds the lease: then nothing has changed. What
   * receivers of webhooks are told of it is recorded in the same transaction.
   */
  async move(id: string, to: BatchStatus, how: Move & { within?: Queries } = {}): Promise<Batch | undefined> {
    const { within } = how;
    if (within) return this.moveWithin(within, { id, to, how });
    return this.database.transaction((transaction) => this.moveWithin(transaction, { id, to, how }));
  }

  private async moveWithin(
    transaction: Queries,
    { id, to, how }: { id: string; to: BatchStatus; how: Move },
  ): Promise<Batch | undefined> {
    const changes = how.changes ?? {};
    const rows = await transaction.query<BatchRow>(
      `UPDATE jobs.batches SET status = $2, ${to}_at = coalesce(${to}_at, clock_timestamp()),
         ends_as = coalesce($5, ends_as), model = coalesce($6, model), total_lines = coalesce($7, total_lines),
         errors = coalesce($8::jsonb, errors),
         output_file_id = coalesce($9, output_file_id), error_file_id = coalesce($10, error_file_id)
       WHERE id = $1 AND status = ANY($3) AND ($4::text IS NULL OR lease_holder = $4)
       RETURNING ${batchColumns}`,
      [
        id,
        to,
        statesBefore(to).filter((state) => how.from?.includes(state) ?? true),
        how.holder ?? null,
        changes.endsAs ?? null,
        changes.model ?? null,
        changes.totalLines ?? null,
        changes.errors ? JSON.stringify(changes.errors) : null,
        changes.outputFileId ?? null,
        changes.errorFileId ?? null,
      ],
    );
    const batch = rows[0] && toBatch(rows[0]);
    const event = batch && batchEventOf(batch);
    if (event) await this.outbox.record([event], transaction);
    return batch;
  }
}

function onlyRow<Row>(rows: Row[]): Row {
  const [row] = rows;
  if (row === undefined)
    throw new Error('The row of a batch that must exist is not there; was jobs.batches changed by hand?');
  return row;
}
