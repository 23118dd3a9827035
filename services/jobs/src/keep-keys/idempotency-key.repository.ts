import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { sha256Hex } from '#libs/secrets';
import { Database, storableText, type Transaction } from '#libs/storage';
import { JobLimits } from '../job-limits.js';

const ROWS_PER_STATEMENT = 1_000;

/** A request that may come again. */
export interface KeyedRequest {
  readonly caller: Pick<Caller, 'organization' | 'project' | 'key'>;
  /** The caller's idempotency key; undefined where none was sent. */
  readonly idempotencyKey?: string | undefined;
  /** All that must be the same for it to be the same request, in JSON. */
  readonly content: unknown;
}

/** The id of what the request made, and whether it was made before. */
export interface MadeId {
  readonly id: string;
  readonly isRepeat: boolean;
}

/**
 * Idempotency keys of what is kept here. The row of a key is written in the transaction that makes the object: both are there, or
 * neither, whatever crashes. Of requests at the same time the second waits for the first to commit and finds what it made.
 */
@Injectable()
export class IdempotencyKeyRepository {
  constructor(
    private readonly database: Database,
    private readonly limits: JobLimits,
  ) {}

  /** The id of what was made under this key before; undefined without a key, or where it is new. @throws QueryRefused 422 */
  async find(request: KeyedRequest): Promise<string | undefined> {
    if (request.idempotencyKey === undefined) return undefined;
    const [row] = await this.database.asTenant(request.caller).query<KeyRow>(
      `SELECT object_id AS "objectId", request_hash AS "hash" FROM jobs.idempotency_keys
       WHERE organization = $1 AND project = $2 AND key = $3 AND idempotency_key = $4
         AND created_at > now() - $5::double precision * interval '1 millisecond'`,
      [...namesOf(request), this.limits.idempotencyMilliseconds],
    );
    return row && sameRequest(row, request);
  }

  /** Makes something under the id, unless the key has made something before, whose id it gives. @throws QueryRefused 422 */
  async once(request: KeyedRequest, id: string, make: (transaction: Transaction) => Promise<unknown>): Promise<MadeId> {
    return this.database.transaction(async (transaction) => {
      const taken = request.idempotencyKey === undefined ? undefined : await this.take(transaction, request, id);
      if (taken !== undefined && taken !== id) return { id: taken, isRepeat: true };
      await make(transaction);
      return { id, isRepeat: false };
    });
  }

  /** Drops keys that are too old, in portions that lock little; returns how many. */
  async dropOld(): Promise<number> {
    let total = 0;
    for (;;) {
      const rows = await this.database.query(
        `DELETE FROM jobs.idempotency_keys WHERE ctid IN (
           SELECT ctid FROM jobs.idempotency_keys
           WHERE created_at <= now() - $1::double precision * interval '1 millisecond' LIMIT $2) RETURNING 1`,
        [this.limits.idempotencyMilliseconds, ROWS_PER_STATEMENT],
      );
      total += rows.length;
      if (rows.length < ROWS_PER_STATEMENT) return total;
    }
  }

  /** One that is too old is as good as none. */
  private async take(transaction: Transaction, request: KeyedRequest, id: string): Promise<string> {
    const old = `kept.created_at <= now() - $7::double precision * interval '1 millisecond'`;
    const [row] = await transaction.query<KeyRow>(
      `INSERT INTO jobs.idempotency_keys AS kept (organization, project, key, idempotency_key, request_hash, object_id)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (organization, project, key, idempotency_key) DO UPDATE SET
         request_hash = CASE WHEN ${old} THEN excluded.request_hash ELSE kept.request_hash END,
         object_id = CASE WHEN ${old} THEN excluded.object_id ELSE kept.object_id END,
         created_at = CASE WHEN ${old} THEN excluded.created_at ELSE kept.created_at END
       RETURNING object_id AS "objectId", request_hash AS "hash"`,
      [...namesOf(request), hashOf(request), id, this.limits.idempotencyMilliseconds],
    );
    if (!row) throw new Error('The row of an idempotency key that was just written is not there.');
    return sameRequest(row, request);
  }
}

interface KeyRow {
  readonly objectId: string;
  readonly hash: string;
}

function namesOf({ caller, idempotencyKey = '' }: KeyedRequest): [string, string, string, string] {
  return [caller.organization, caller.project, caller.key, storableText(idempotencyKey)];
}

function hashOf({ content }: KeyedRequest): string {
  return sha256Hex(JSON.stringify(content));
}

function sameRequest({ objectId, hash }: KeyRow, request: KeyedRequest): string {
  if (hash === hashOf(request)) return objectId;
  throw new QueryRefused({
    status: 422,
    code: 'idempotency_key_reused',
    message:
      'This Idempotency-Key was sent with another request before: another address or another body. Use a new key for a new request.',
    param: 'idempotency-key',
  });
}
