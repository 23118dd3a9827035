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
import { FileRoom } from '../store-file/file-room.js';
import { FileRepository } from '../store-file/file.repository.js';
import { refusalOf } from './batch-request.policy.js';

/** Of an input that came with its batch. */
const INPUT_FILENAME = 'requests.jsonl';

/** Accepts a batch: once this answers, Postgres has it, and it will be validated and worked through whatever crashes. */
@Injectable()
export class CreateBatchHandler {
  constructor(
    private readonly batches: BatchRepository,
    private readonly files: FileRepository,
    private readonly limits: JobLimits,
    private readonly nudge: BatchNudge,
    private readonly keys: IdempotencyKeyRepository,
    private readonly room: FileRoom,
  ) {}

  async create(query: BatchCreate): Promise<Made<BatchObject>> {
    const { caller, idempotencyKey, input, ...content } = query;
    // In this order: the hash of what was sent under a key must be the one that an older version kept.
    const known = { inputFileId: 'fileId' in input ? input.fileId : input.sha256, ...content };
    const keyed = { caller, idempotencyKey, content: ['batch', known] };
    const before = await this.keys.find(keyed);
    if (before !== undefined) return markRepeat(await this.read(before, caller), true);
    const refusal = refusalOf(query, this.limits);
    if (refusal) throw new QueryRefused(refusal);
    if ('fileId' in input) await this.requireInputFile(caller, input.fileId);
    else await this.room.require(caller, input.bytes);
    const newId = batchIdentifiers.batch(randomUUID().replaceAll('-', ''));
    const { id, isRepeat } = await this.keys.once(keyed, newId, (within) => this.insert(newId, query, within));
    this.nudge.nudge();
    return markRepeat(await this.read(id, caller), isRepeat);
  }

  private async insert(id: string, query: BatchCreate, within: Transaction): Promise<void> {
    const { organization, project, key, keyId = null } = query.caller;
    await this.batches.insert(
      {
        id,
        organization,
        project,
        key,
        keyId,
        endpoint: query.endpoint,
        completionWindow: query.completionWindow,
        inputFileId: await this.inputFile(query, within),
        metadata: query.metadata,
        outputExpiresAfterSeconds: query.outputExpiresAfterSeconds,
      },
      { windowMilliseconds: windowOf(query.completionWindow, this.limits), within },
    );
  }

  /** What came with the batch becomes a file with it: no caller is left with one that it never heard of. */
  private async inputFile(
    { caller: { organization, project }, input }: BatchCreate,
    within: Transaction,
  ): Promise<string> {
    if ('fileId' in input) return input.fileId;
    const id = `file-${randomUUID().replaceAll('-', '')}`;
    const file = { id, organization, project, filename: INPUT_FILENAME, purpose: 'batch', expiresAfterSeconds: null };
    await this.files.insert({ ...file, ...input }, within);
    return id;
  }

  private async read(id: string, caller: BatchCreate['caller']): Promise<BatchObject> {
    const batch = await this.batches.find(id, { ...caller, admin: false });
    if (!batch) throw unknownBatch(id);
    return toBatchObject(batch);
  }

  /** Also the bootstrap key gives work to its own project only, so that a batch and its input have one owner. */
  private async requireInputFile(caller: BatchCreate['caller'], inputFileId: string): Promise<void> {
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
