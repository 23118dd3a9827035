import { Injectable } from '@nestjs/common';
import type { BatchList, BatchObject, BatchPage, BatchRead } from '#libs/contracts';
import { pageAfter, QueryRefused } from '#libs/messaging';
import { QueueView } from '../answer-queues/queue-view.js';
import { holdObject } from '../answer-queues/work-hold.policy.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';
import { toBatchObject } from './batch-object.policy.js';

/** Answers what is known of batches, to those whose they are. */
@Injectable()
export class AnswerBatchesHandler {
  constructor(
    private readonly batches: BatchRepository,
    private readonly view: QueueView,
  ) {}

  async read(query: BatchRead): Promise<BatchObject> {
    const batch = await this.batches.find(query.id, query.caller);
    if (!batch) throw unknownBatch(query.id);
    const [object = toBatchObject(batch)] = await this.inQueue([toBatchObject(batch)]);
    return object;
  }

  async list({ caller, after, limit }: BatchList): Promise<BatchPage> {
    const found = await this.batches.list(caller, { after, limit: limit + 1 });
    const batches = await pageAfter(found, { id: after }, (id) => this.batches.find(id, caller));
    const data = await this.inQueue(batches.slice(0, limit).map(toBatchObject));
    return {
      object: 'list',
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: batches.length > limit,
    };
  }

  /** The same batches, those in progress with their place in the queue. */
  private async inQueue(batches: readonly BatchObject[]): Promise<BatchObject[]> {
    if (!batches.some(({ status }) => status === 'in_progress')) return [...batches];
    const estimates = await this.view.estimates();
    const now = Date.now() / 1_000;
    return batches.map((batch) => {
      const estimate = batch.status === 'in_progress' ? estimates.get(batch.id) : undefined;
      if (!estimate) return batch;
      const { position, secondsLeft, hold } = estimate;
      const at = secondsLeft === undefined ? null : Math.ceil(now + secondsLeft);
      return { ...batch, queue: { position, estimated_completion_at: at, held_by: holdObject(hold) } };
    });
  }
}

/** A batch of somebody else is as unknown as one that never was. */
export function unknownBatch(id: string): QueryRefused {
  return new QueryRefused({
    status: 404,
    code: 'batch_not_found',
    message: `No batch found with id '${id.slice(0, 100)}'.`,
    param: 'id',
  });
}
