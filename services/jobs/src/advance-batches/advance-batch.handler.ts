import { Injectable } from '@nestjs/common';
import { FinalizeBatchHandler } from '../finalize-batch/finalize-batch.handler.js';
import { SettlementRepository } from '../finalize-batch/settlement.repository.js';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';
import { nextStep } from '../keep-batch/batch-state.policy.js';
import { QueueNudge } from '../dispatch-work/queue-nudge.js';
import { RecordUnfinishedHandler } from '../record-unfinished/record-unfinished.handler.js';
import { SweepLinesHandler } from '../sweep-lines/sweep-lines.handler.js';
import { ValidateBatchHandler } from '../validate-batch/validate-batch.handler.js';

/** The right to work on a batch: the name it is held under, and the signal that it is lost or the process stops. */
export interface Lease {
  readonly holder: string;
  readonly signal: AbortSignal;
}

/** Why there is nothing to do with a batch: `idle` until an event brings it back, `waiting` for something to be looked at soon. */
export type Rest = 'idle' | 'waiting';

/** Takes a batch through its states, one step after the other, each decided from its row. */
@Injectable()
export class AdvanceBatchHandler {
  constructor(
    private readonly batches: BatchRepository,
    private readonly validation: ValidateBatchHandler,
    private readonly unfinished: RecordUnfinishedHandler,
    private readonly settlements: SettlementRepository,
    private readonly finalization: FinalizeBatchHandler,
    private readonly sweeps: SweepLinesHandler,
    private readonly limits: JobLimits,
    private readonly dispatch: QueueNudge,
  ) {}

  /**
   * Returns when there is nothing left to do for now: a batch that waits keeps nobody from working on another one. Throws what
   * a step threw; doing the step again later is safe.
   */
  async advance(id: string, lease: Lease): Promise<Rest> {
    for (;;) {
      lease.signal.throwIfAborted();
      const { batch, now } = await this.batches.readNow(id);
      const rest = await this.step(batch, now, lease);
      if (rest) return rest;
    }
  }

  private async step(batch: Batch, now: Date, lease: Lease): Promise<Rest | undefined> {
    const { cancelGraceMilliseconds } = this.limits;
    const step = nextStep(batch, { now, cancelGraceMilliseconds, passedBefore: this.sweeps.passedBefore });
    switch (step) {
      case 'validate':
        await this.validation.validate(batch, lease);
        this.dispatch.nudge();
        return undefined;
      case 'settle':
        await this.unfinished.record(batch, { now, passedBefore: this.sweeps.passedBefore, signal: lease.signal });
        await this.settlements.settle(batch.id, lease.holder);
        return undefined;
      case 'write-files':
        await this.finalization.finalize(batch, lease);
        return undefined;
      case 'wait':
        // Its lines are published by the dispatcher; it is looked at again when its last result arrives or its time is over.
        return batch.status === 'in_progress' && batch.expiresAt > now ? 'idle' : 'waiting';
      case 'none':
        break;
    }
    return 'idle';
  }
}
