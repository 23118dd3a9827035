import { Injectable } from '@nestjs/common';
import { BlobMissing, BlobStore } from '#libs/blobs';
import { encodeRequestEnded, requestEndedSubject } from '#libs/contracts';
import { AtomicBatchPublisher } from '#libs/messaging';
import { RequestSeals, ServiceLogger } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { endingOf, hasLostLines } from '../keep-batch/batch-state.policy.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { ReturnedLinesRepository } from '../native-batches/returned-lines.repository.js';
import { AsideLinesRepository } from '../publish-lines/aside-lines.repository.js';
import { readPlaces, type PlacedLine } from '../publish-lines/read-places.js';
import { FileRepository } from '../store-file/file.repository.js';
import { BatchLineRepository, type LinePlace } from '../validate-batch/batch-line.repository.js';
import { batchEndpoint } from '../validate-batch/batch-endpoints.policy.js';
import { LineError } from '../validate-batch/line-error.js';
import { readBatchLine } from '../validate-batch/read-batch-line.js';
import { unfinishedLineEvent, type UnfinishedLine } from './unfinished-line.policy.js';

/**
 * Publishes the terminal event of every line that will never run because its batch was cancelled or expired. Done before the
 * batch is settled, so that a crash in between repeats it; consumers know the request ids. Lines that were published are left
 * to whoever has them: they end with an event of their own, which says what was used, and which must not come second.
 */
@Injectable()
export class RecordUnfinishedHandler {
  constructor(
    private readonly lines: BatchLineRepository,
    private readonly natives: ReturnedLinesRepository,
    private readonly aside: AsideLinesRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly results: AtomicBatchPublisher,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
    private readonly seals: RequestSeals,
  ) {}

  /** Resolves when the events are stored. Throws where the signal aborts or a line cannot be read. */
  async record(batch: Batch, how: { now: Date; passedBefore: Date | undefined; signal: AbortSignal }): Promise<void> {
    const outcome = endingOf(batch);
    if (outcome === 'completed') return;
    const file = await this.files.find(batch.inputFileId, { ...batch, admin: false });
    const ending = { outcome, at: how.now };
    const recordAll = async (first: number, next: (after: number, limit: number) => Promise<LinePlace[]>) => {
      for (let after = first; ;) {
        how.signal.throwIfAborted();
        const places = await next(after, this.limits.publishStepLines);
        const last = places.at(-1);
        if (!last) return;
        const unfinished = await this.readAll(batch, places, file?.blobKey);
        await unlessAborted(this.publish(batch, unfinished, ending), how.signal);
        after = last.line;
      }
    };
    await recordAll(hasLostLines(batch, how.passedBefore) ? 0 : batch.offeredLines, (after, limit) =>
      this.lines.withoutResult(batch.id, { after, last: batch.totalLines, limit }),
    );
    if (batch.asideLines > 0)
      await recordAll(0, (after, limit) => this.aside.withoutResult(batch.id, { after, limit }));
    // Nobody waits any longer for what is still at providers, and what came back from there is with nobody.
    if (batch.nativeLines + batch.returnedLines === 0) return;
    await recordAll(0, (after, limit) => this.natives.withoutResult(batch.id, { after, limit }));
  }

  private async publish(
    batch: Batch,
    lines: readonly UnfinishedLine[],
    ending: { outcome: 'cancelled' | 'expired'; at: Date },
  ): Promise<void> {
    const events = lines.map((line) => unfinishedLineEvent(batch, line, ending));
    await Promise.all(
      events.map((event) =>
        this.results.publish(requestEndedSubject(event), encodeRequestEnded(this.seals.sealed(event))),
      ),
    );
    for (const { outcome, lane, model } of events) metrics.requests.add({ outcome, lane, model });
  }

  /** A batch whose input file is gone can still be ended: then the batch's row must do. */
  private async readAll(
    batch: Batch,
    places: readonly LinePlace[],
    blobKey: string | undefined,
  ): Promise<UnfinishedLine[]> {
    const lines: UnfinishedLine[] = [];
    try {
      if (blobKey === undefined) throw new BlobMissing(batch.inputFileId);
      for await (const line of readPlaces(this.blobs, blobKey, places, this.limits)) lines.push(this.read(batch, line));
      return lines;
    } catch (error) {
      if (!(error instanceof BlobMissing)) throw error;
      this.logger.debug({ batchId: batch.id, error }, 'lines that never ran are recorded without their file');
      return places.map((place) => withoutFile(batch, place));
    }
  }

  /** So can one with a line that is wrong. */
  private read(batch: Batch, place: PlacedLine): UnfinishedLine {
    const { customIdCharacters } = this.limits;
    try {
      const { facts } = readBatchLine(place.bytes, { endpoint: batch.endpoint, customIdCharacters });
      return { line: place.line, customId: place.customId, facts };
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.logger.debug({ batchId: batch.id, line: place.line, error }, 'a line that never ran cannot be read');
      return withoutFile(batch, place);
    }
  }
}

function withoutFile({ endpoint, model }: Batch, { line, customId }: LinePlace): UnfinishedLine {
  return { line, customId, facts: { ...batchEndpoint(endpoint), model: model ?? 'unknown' } };
}
