import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { StreamState } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { PauseEffects } from '../dispatch-work/pause-effects.js';
import type { PauseEffect } from '../dispatch-work/pauses.policy.js';
import { JobLimits } from '../job-limits.js';
import { LikelyRoutes } from '../limit-rate/likely-routes.js';
import { LinePublisher, type LineToPublish } from '../publish-lines/line-publisher.js';
import { readPlaces } from '../publish-lines/read-places.js';
import { FileRepository } from '../store-file/file.repository.js';
import { BatchLineRepository } from '../validate-batch/batch-line.repository.js';
import { PassageWatch } from './passage-watch.js';
import { SweepRepository, type LinesUnderWay, type StrandedBatch } from './sweep.repository.js';

type Pauses = Pick<PauseEffect, 'avoid' | 'pausedModels'>;

/**
 * Publishes again what was lost on its way. Postgres says which lines have no result; what had been published when a probe began
 * and has none when it has passed every queue between publication and result, nothing can bring any more: the JetStream store
 * was lost, or part of it. Other work may go on meanwhile.
 */
@Injectable()
export class SweepLinesHandler {
  private readonly watch: PassageWatch<LinesUnderWay>;
  private passed: Date | undefined;

  constructor(
    private readonly sweeps: SweepRepository,
    private readonly lines: BatchLineRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly publisher: LinePublisher,
    streams: StreamState,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
    private readonly pauses: PauseEffects,
    private readonly routes: LikelyRoutes,
  ) {
    this.watch = new PassageWatch(
      () => sweeps.underWay(),
      (consumer) => streams.progress(consumer),
    );
  }

  /** What was on its way before this time has its result or was lost, as far as the probes of this process have seen. */
  get passedBefore(): Date | undefined {
    return this.passed;
  }

  /** One look; resolves to the number of lines that were published again. */
  async sweep(): Promise<number> {
    const underWay = await this.arrived();
    if (!underWay) return 0;
    this.passed = underWay.at;
    const { sweepMilliseconds: firstMilliseconds, sweepPauseMilliseconds: mostMilliseconds } = this.limits;
    let lines = 0;
    const effectOf = await this.pauses.now();
    for (const batch of await this.sweeps.claimStranded(underWay, { firstMilliseconds, mostMilliseconds })) {
      const { heldBy, avoid, pausedModels } = effectOf(batch);
      // It comes again at a later sweep.
      if (heldBy) continue;
      lines += await this.publishAgain(batch, { avoid, pausedModels }).catch((error: unknown) => {
        this.logger.warn({ batchId: batch.id, error }, 'lost lines of a batch cannot be published again now');
        return 0;
      });
    }
    return lines;
  }

  /** A consumer that cannot be asked is not known to have settled anything. */
  private async arrived(): Promise<LinesUnderWay | undefined> {
    try {
      return await this.watch.look();
    } catch (error) {
      this.logger.debug({ error }, 'the queues cannot be looked at now');
      return undefined;
    }
  }

  /** What is for a paused model, or for a paused provider alone, comes again at a later sweep. */
  private isPaused(batch: StrandedBatch, line: LineToPublish, { avoid, pausedModels }: Pauses): boolean {
    const facts = avoid.length + pausedModels.length === 0 ? undefined : this.publisher.factsOf(batch, line, avoid);
    return facts !== undefined && this.routes.pausedFor(facts, pausedModels) !== undefined;
  }

  private async publishAgain(batch: StrandedBatch, pauses: Pauses): Promise<number> {
    const { avoid } = pauses;
    const file = await this.files.find(batch.inputFileId, { ...batch, admin: false });
    if (!file) return 0;
    let count = 0;
    let after = 0;
    for (;;) {
      const range = { after, last: batch.lostUpTo, limit: this.limits.sweepLines, sentBefore: batch.sentBefore };
      const places = await this.lines.withoutResult(batch.id, range);
      let gathered: LineToPublish[] = [];
      let gatheredBytes = 0;
      for await (const { line, bytes } of readPlaces(this.blobs, file.blobKey, places, this.limits)) {
        gathered.push({ line, bytes });
        gatheredBytes += bytes.length;
        const isFull =
          gathered.length >= this.limits.bundleRequests || gatheredBytes >= this.limits.publishInFlightBytes;
        if (!isFull && line !== places.at(-1)?.line) continue;
        const now = gathered.filter((one) => !this.isPaused(batch, one, pauses));
        await this.publisher.publish(batch, now, { repetition: batch.sweeps, avoid });
        count += now.length;
        gathered = [];
        gatheredBytes = 0;
      }
      const last = places.at(-1);
      if (!last) break;
      after = last.line;
    }
    await this.sweeps.noteSwept(batch.id);
    this.logger.warn(
      { batchId: batch.id, lines: count, sweep: batch.sweeps },
      'lines were lost on their way and are published again',
    );
    return count;
  }
}
