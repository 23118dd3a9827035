import { Injectable } from '@nestjs/common';
import type { BatchObject, BatchRead } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { BatchNudge } from '../advance-batches/batch-nudge.js';
import { unknownBatch } from '../answer-batches/answer-batches.handler.js';
import { toBatchObject } from '../answer-batches/batch-object.policy.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';

/**
 * Cancels a batch: from now on none of its lines is published. Lines that are under way may still end, for as long as
 * `cancelGraceMilliseconds`; what has ended then is in the output, the rest in the error file as `batch_cancelled`.
 */
@Injectable()
export class CancelBatchHandler {
  constructor(
    private readonly batches: BatchRepository,
    private readonly nudge: BatchNudge,
  ) {}

  async cancel(query: BatchRead): Promise<BatchObject> {
    const batch = await this.batches.find(query.id, query.caller);
    if (!batch) throw unknownBatch(query.id);
    const cancelling = await this.batches.move(batch.id, 'cancelling');
    if (!cancelling) {
      const { batch: now } = await this.batches.readNow(batch.id);
      if (now.status === 'cancelling') return toBatchObject(now);
      throw new QueryRefused({
        status: 409,
        code: 'batch_not_cancellable',
        message: `Cannot cancel a batch with status '${now.status}'.`,
      });
    }
    this.nudge.nudge();
    return toBatchObject(cancelling);
  }
}
