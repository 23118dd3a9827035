import { Injectable } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { JobLimits } from '../job-limits.js';
import { DropBatchesRepository, type ClosedBatch } from './drop-batches.repository.js';

/** How much one round has forgotten. */
export interface DroppedBatches {
  /** Batches whose lines are gone. */
  readonly emptied: number;
  readonly lines: number;
  /** Batches that are gone themselves. */
  readonly batches: number;
}

/**
 * Forgets lines and results of batches, and later the batches, in rounds of so many: what is left waits for the next. A process
 * that is killed in between leaves a batch that is closed and not emptied, which the next round takes up.
 */
@Injectable()
export class DropBatchesHandler {
  constructor(
    private readonly batches: DropBatchesRepository,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  async drop(now: Date): Promise<DroppedBatches> {
    const { batchDropRows: most, batchLinesKeepMilliseconds, batchKeepMilliseconds } = this.limits;
    const closed = await this.batches.close({ now, keepMilliseconds: batchLinesKeepMilliseconds, most });
    let lines = 0;
    for (const batch of closed) lines += await this.empty(batch, now);
    const batches = await this.batches.dropBatches({ now, keepMilliseconds: batchKeepMilliseconds, most });
    if (lines > 0) metrics.retentionDropped.add({ kind: 'batch_lines' }, lines);
    if (batches > 0) metrics.retentionDropped.add({ kind: 'batches' }, batches);
    if (lines + batches > 0)
      this.logger.info({ emptied: closed.length, lines, batches }, 'batches that were kept long enough are forgotten');
    return { emptied: closed.length, lines, batches };
  }

  private async empty({ id, totalLines }: ClosedBatch, now: Date): Promise<number> {
    const { batchDropLines } = this.limits;
    await this.batches.addUpNative(id);
    let count = 0;
    for (let afterLine = 0; afterLine < totalLines; afterLine += batchDropLines)
      count += await this.batches.dropLines(id, { afterLine, upToLine: afterLine + batchDropLines });
    await this.batches.noteDropped(id, now);
    return count;
  }
}
