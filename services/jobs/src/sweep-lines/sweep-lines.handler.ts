import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { Consumer } from '#libs/contracts';
import { StreamState } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { LinePublisher, type LineToPublish } from '../publish-lines/line-publisher.js';
import { FileRepository } from '../store-file/file.repository.js';
import { BatchLineRepository } from '../validate-batch/batch-line.repository.js';
import { QuietWatch } from './quiet-watch.js';
import { SweepRepository, type StrandedBatch } from './sweep.repository.js';

/** What a line of a batch passes on its way to its result. */
const WAY = [Consumer.router, Consumer.worker, Consumer.jobs];

/**
 * Publishes again what was lost on its way. Postgres says which lines have no result; when every queue between publication
 * and result is empty, twice in a row, nothing can bring one any more: the JetStream store was lost, or part of it.
 */
@Injectable()
export class SweepLinesHandler {
  private readonly watch = new QuietWatch();

  constructor(
    private readonly sweeps: SweepRepository,
    private readonly lines: BatchLineRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly publisher: LinePublisher,
    private readonly streams: StreamState,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  /** Since when nothing has been on its way, as far as the sweeps saw. */
  get quietSince(): Date | undefined {
    return this.watch.quietSince;
  }

  /** To be called when others have put something on its way that was lost. */
  noteTraffic(): void {
    this.watch.reset();
  }

  /** One look; resolves to the number of lines that were published again. */
  async sweep(): Promise<number> {
    const at = await this.sweeps.now();
    this.watch.observe(await this.isQuiet(), at);
    const { quietSince } = this.watch;
    if (!quietSince) return 0;
    const { sweepMilliseconds: firstMilliseconds, sweepPauseMilliseconds: mostMilliseconds } = this.limits;
    let lines = 0;
    for (const batch of await this.sweeps.claimStranded(quietSince, { firstMilliseconds, mostMilliseconds })) {
      lines += await this.publishAgain(batch).catch((error: unknown) => {
        this.logger.warn({ batchId: batch.id, error }, 'lost lines of a batch cannot be published again now');
        return 0;
      });
    }
    if (lines > 0) this.watch.reset();
    return lines;
  }

  /** A consumer that cannot be asked is not known to be empty. */
  private async isQuiet(): Promise<boolean> {
    try {
      const backlogs = await Promise.all(WAY.map((consumer) => this.streams.pending(consumer)));
      return backlogs.every(({ pending, ackPending }) => pending === 0 && ackPending === 0);
    } catch (error) {
      this.logger.debug({ error }, 'the queues cannot be looked at now');
      return false;
    }
  }

  private async publishAgain(batch: StrandedBatch): Promise<number> {
    const file = await this.files.find(batch.inputFileId, { ...batch, admin: false });
    if (!file) return 0;
    let count = 0;
    let after = 0;
    for (;;) {
      const range = { after, last: batch.publishedLines, limit: this.limits.sweepLines };
      const places = await this.lines.withoutResult(batch.id, range);
      let gathered: LineToPublish[] = [];
      for (const { line, byteOffset, byteLength } of places) {
        gathered.push({ line, bytes: await this.blobs.readRange(file.blobKey, byteOffset, byteLength) });
        if (gathered.length < this.limits.bundleRequests && line !== places.at(-1)?.line) continue;
        await this.publisher.publish(batch, gathered, { repetition: batch.sweeps });
        gathered = [];
      }
      count += places.length;
      const last = places.at(-1);
      if (!last) break;
      after = last.line;
    }
    this.logger.warn(
      { batchId: batch.id, lines: count, sweep: batch.sweeps },
      'lines were lost on their way and are published again',
    );
    return count;
  }
}
