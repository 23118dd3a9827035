import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  Made,
  MessageBatchCreate,
  MessageBatchDeleted,
  MessageBatchList,
  MessageBatchObject,
  MessageBatchPage,
  MessageBatchRead,
  MessageBatchResults,
} from '#libs/contracts';
import { pageAfter, QueryRefused } from '#libs/messaging';
import { Database, type Transaction } from '#libs/storage';
import { BatchNudge } from '../advance-batches/batch-nudge.js';
import { JobLimits } from '../job-limits.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { isTerminal } from '../keep-batch/batch-state.policy.js';
import type { Batch } from '../keep-batch/batch.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';
import { IdempotencyKeyRepository } from '../keep-keys/idempotency-key.repository.js';
import { markRepeat } from '../keep-keys/mark-repeat.js';
import { FileRepository, MESSAGE_BATCH_PURPOSE } from '../store-file/file.repository.js';
import { MESSAGES_ENDPOINT } from '../validate-batch/batch-endpoints.policy.js';
import { toMessageBatchObject } from './message-batch-object.policy.js';
import { MessageBatchRepository, type MessageBatchMark, type MessageBatchNow } from './message-batch.repository.js';

const WINDOW = '24h';

/** Anthropic's Message Batches: batches like any other, made, shown, cancelled and deleted in Anthropic's words. */
@Injectable()
export class MessageBatchesHandler {
  constructor(
    private readonly database: Database,
    private readonly batches: BatchRepository,
    private readonly messageBatches: MessageBatchRepository,
    private readonly files: FileRepository,
    private readonly limits: JobLimits,
    private readonly nudge: BatchNudge,
    private readonly keys: IdempotencyKeyRepository,
  ) {}

  /**
   * Once this answers, Postgres has the batch. Its input is taken out when it has ended. Under an idempotency key that made one
   * before, that one is given again. @throws QueryRefused 422
   */
  async create({ caller, idempotencyKey, ...input }: MessageBatchCreate): Promise<Made<MessageBatchObject>> {
    const newId = batchIdentifiers.messageBatch(randomUUID().replaceAll('-', ''));
    const content = ['message-batch', input.sha256, input.requests];
    const { id, isRepeat } = await this.keys.once({ caller, idempotencyKey, content }, newId, (within) =>
      this.insert(newId, { caller, ...input }, within),
    );
    this.nudge.nudge();
    return markRepeat(await this.read({ caller, id }), isRepeat);
  }

  private async insert(id: string, { caller, ...input }: MessageBatchCreate, within: Transaction): Promise<void> {
    const { blobKey, bytes, sha256, requests } = input;
    const { organization, project, key, keyId = null } = caller;
    const inputFileId = batchIdentifiers.inputFile(id);
    const owner = { organization, project };
    await this.files.insert(
      {
        ...owner,
        id: inputFileId,
        filename: `${id}_input.jsonl`,
        purpose: MESSAGE_BATCH_PURPOSE,
        blobKey,
        bytes,
        sha256,
        expiresAfterSeconds: 0,
      },
      within,
    );
    await this.batches.insert(
      {
        ...owner,
        id,
        key,
        keyId,
        inputFileId,
        endpoint: MESSAGES_ENDPOINT,
        completionWindow: WINDOW,
        totalLines: requests,
        metadata: null,
        outputExpiresAfterSeconds: null,
      },
      { windowMilliseconds: this.limits.windowMilliseconds[WINDOW] ?? 0, within },
    );
  }

  async read(query: MessageBatchRead): Promise<MessageBatchObject> {
    return this.show(await this.find(query));
  }

  async list({ caller, afterId, beforeId, limit }: MessageBatchList): Promise<MessageBatchPage> {
    if (afterId !== undefined && beforeId !== undefined)
      throw refused(400, 'after_id and before_id exclude each other; send one of them.');
    const entries = await this.messageBatches.list(caller, { mark: markOf(afterId, beforeId), limit: limit + 1 });
    const cursor = beforeId === undefined ? { param: 'after_id', id: afterId } : { param: 'before_id', id: beforeId };
    const found = await pageAfter(entries, cursor, (id) => this.messageBatches.find(id, caller));
    const page = found.slice(0, limit);
    if (beforeId !== undefined) page.reverse();
    return {
      data: page.map((entry) => this.show(entry)),
      has_more: found.length > limit,
      first_id: page[0]?.batch.id ?? null,
      last_id: page.at(-1)?.batch.id ?? null,
    };
  }

  /** Also where it has been asked for before; a batch that has ended stays as it is. */
  async cancel(query: MessageBatchRead): Promise<MessageBatchObject> {
    const { batch } = await this.find(query);
    if (isTerminal(batch.status)) throw refused(400, `The batch ${batch.id} has ended and cannot be canceled.`);
    // Which requests there are to cancel is known when they have been listed.
    await this.messageBatches.askToCancel(batch.id);
    await this.batches.move(batch.id, 'cancelling', { from: ['in_progress'] });
    this.nudge.nudge();
    return this.show(await this.find(query));
  }

  /** Charges and audit entries stay. */
  async delete(query: MessageBatchRead): Promise<MessageBatchDeleted> {
    const { batch } = await this.find(query);
    if (!isTerminal(batch.status))
      throw refused(
        400,
        `The batch ${batch.id} is being processed; cancel it and wait for its end before you delete it.`,
      );
    await this.database.transaction(async (transaction) => {
      if (batch.outputFileId !== null) await this.files.retire(batch.outputFileId, transaction);
      await this.messageBatches.delete(batch.id, transaction);
    });
    return { id: batch.id, type: 'message_batch_deleted' };
  }

  async results(query: MessageBatchRead): Promise<MessageBatchResults> {
    const { batch, now } = await this.find(query);
    if (!isTerminal(batch.status))
      throw refused(404, `The batch ${batch.id} is being processed and has no results yet.`);
    const file = await this.resultsFile(batch, now);
    if (!file) throw refused(404, `The results of the batch ${batch.id} are not available any more.`);
    return { blobKey: file.blobKey, bytes: file.bytes };
  }

  private async resultsFile(batch: Batch, now: Date): Promise<MessageBatchResults | undefined> {
    if (batch.outputFileId === null || toMessageBatchObject(batch, this.times(now)).results_url === null)
      return undefined;
    return this.files.find(batch.outputFileId, { ...batch, admin: false });
  }

  private async find({ id, caller }: MessageBatchRead): Promise<MessageBatchNow> {
    const found = await this.messageBatches.find(id, caller);
    // A batch of somebody else is as unknown as one that never was.
    if (!found) throw refused(404, `There is no message batch with the id '${id.slice(0, 100)}'.`, 'batch_not_found');
    return found;
  }

  private show({ batch, now }: MessageBatchNow): MessageBatchObject {
    return toMessageBatchObject(batch, this.times(now));
  }

  private times(now: Date): { now: Date; resultsKeepMilliseconds: number } {
    return { now, resultsKeepMilliseconds: this.limits.messageResultsKeepMilliseconds };
  }
}

function markOf(afterId: string | undefined, beforeId: string | undefined): MessageBatchMark | undefined {
  if (afterId !== undefined) return { id: afterId, direction: 'older' };
  return beforeId === undefined ? undefined : { id: beforeId, direction: 'newer' };
}

function refused(status: number, message: string, code = status === 404 ? 'not_found' : 'invalid_value'): QueryRefused {
  return new QueryRefused({ status, code, message });
}
