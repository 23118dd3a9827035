import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { BatchCreate, BatchObject, Made } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import type { Transaction } from '#libs/storage';
import { unknownBatch } from '../answer-batches/answer-batches.handler.js';
import { IdempotencyKeyRepository } from '../keep-keys/idempotency-key.repository.js';
import { markRepeat } from '../keep-keys/mark-repeat.js';
import { BatchNudge } from '../advance-batches/batch-nudge.js';
import { toBatchObject } from '../answer-batches/batch-object.policy.js';
import { JobLimits } from '../job-limits.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';
import { FileRepository } from '../store-file/file.repository.js';
import { refusalOf } from './batch-request.policy.js';

/** Accepts a batch: once this answers, Postgres has it, and it will be validated and worked through whatever crashes. */
@Injectable()
export class CreateBatchHandler {
  constructor(
    private readonly batches: BatchRepository,
    private readonly files: FileRepository,
    private readonly limits: JobLimits,
    private readonly nudge: BatchNudge,
    private readonly keys: IdempotencyKeyRepository,
  ) {}

  async create(query: BatchCreate): Promise<Made<BatchObject>> {
    const { caller, idempotencyKey, inputSha256, ...content } = query;
    const known = inputSha256 === undefined ? content : { ...content, inputFileId: inputSha256 };
    const keyed = { caller, idempotencyKey, content: ['batch', known] };
    const before = await this.keys.find(keyed);
    if (before !== undefined) return markRepeat(await this.read(before, caller), true);
    const refusal = refusalOf(query, this.limits);
    if (refusal) throw new QueryRefused(refusal);
    await this.requireInputFile(query);
    const newId = batchIdentifiers.batch(randomUUID().replaceAll('-', ''));
    const { id, isRepeat } = await this.keys.once(keyed, newId, (within) => this.insert(newId, query, within));
    this.nudge.nudge();
    return markRepeat(await this.read(id, caller), isRepeat);
  }

  private async insert(id: string, query: BatchCreate, within: Transaction): Promise<void> {
    await this.batches.insert(
      {
        id,
        organization: query.caller.organization,
        project: query.caller.project,
        key: query.caller.key,
        keyId: query.caller.keyId ?? null,
        endpoint: query.endpoint,
        completionWindow: query.completionWindow,
        inputFileId: query.inputFileId,
        metadata: query.metadata,
        outputExpiresAfterSeconds: query.outputExpiresAfterSeconds,
      },
      { windowMilliseconds: windowOf(query.completionWindow, this.limits), within },
    );
  }

  private async read(id: string, caller: BatchCreate['caller']): Promise<BatchObject> {
    const batch = await this.batches.find(id, { ...caller, admin: false });
    if (!batch) throw unknownBatch(id);
    return toBatchObject(batch);
  }

  /** Also the bootstrap key gives work to its own project only, so that a batch and its input have one owner. */
  private async requireInputFile({ caller, inputFileId }: BatchCreate): Promise<void> {
    const file = await this.files.findVisible(inputFileId, { ...caller, admin: false });
    if (!file) {
      throw new QueryRefused({
        status: 404,
        code: 'file_not_found',
        message: `No such File object: ${inputFileId.slice(0, 100)}`,
        param: 'input_file_id',
      });
    }
    if (file.purpose !== 'batch') {
      throw new QueryRefused({
        status: 400,
        code: 'invalid_file_purpose',
        message: `File ${file.id} was uploaded with purpose '${file.purpose}'; a batch needs one uploaded with purpose 'batch'.`,
        param: 'input_file_id',
      });
    }
  }
}

function windowOf(window: string, { windowMilliseconds }: JobLimits): number {
  const milliseconds = windowMilliseconds[window];
  if (milliseconds === undefined) throw new Error(`The window '${window}' was let in without a time of its own`);
  return milliseconds;
}
