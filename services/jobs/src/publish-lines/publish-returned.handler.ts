import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';
import { DurableHolds } from '../hold-money/durable-holds.js';
import { steeringOf } from '../hold-money/steering.js';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { ReturnedLinesRepository } from '../native-batches/returned-lines.repository.js';
import { DurableLimits } from '../limit-rate/durable-limits.js';
import { LikelyRoutes } from '../limit-rate/likely-routes.js';
import { FileRepository } from '../store-file/file.repository.js';
import type { LinePlace } from '../validate-batch/batch-line.repository.js';
import { LinePublisher, type LineToPublish, type Publishing } from './line-publisher.js';
import { readPlaces } from './read-places.js';

/** Publishes lines that came back from providers. A killed process leaves them to be published again, by the same ids. */
@Injectable()
export class PublishReturnedHandler {
  constructor(
    private readonly returned: ReturnedLinesRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly publisher: LinePublisher,
    private readonly holds: DurableHolds,
    private readonly rates: DurableLimits,
    private readonly limits: JobLimits,
    private readonly routes: LikelyRoutes,
  ) {}

  /** Resolves to the number of lines published. Throws where they cannot be now; the next release repeats it. */
  async publish(batchId: string, { holder, count, avoid, rest, signal }: ReleaseOrder): Promise<number> {
    const found = await this.returned.next(batchId, holder, Math.min(count, this.limits.publishStepLines));
    if (!found) return 0;
    const { batch, places } = found;
    const last = places.at(-1)?.line;
    // All of them have ended after all: a result that came late.
    if (last === undefined) {
      await this.returned.finish(batch, holder, { sent: [], upTo: batch.totalLines });
      return 0;
    }
    const file = await this.files.find(batch.inputFileId, { ...batch, admin: false });
    if (!file) throw new Error(`the input file of ${batch.id} is gone`);
    const lines: LineToPublish[] = [];
    for await (const line of readPlaces(this.blobs, file.blobKey, this.heldAtOnce(places), this.limits))
      lines.push(line);
    const { lines: now, steering } = await this.held(batch, lines, { avoid, rest });
    const upTo = now.at(-1)?.line;
    if (upTo === undefined) return 0;
    signal.throwIfAborted();
    await this.publisher.publish(batch, now, { avoid, steering });
    await this.returned.finish(batch, holder, { sent: now.map(({ line }) => line), upTo });
    return now.length;
  }

  /** The first of the places, and as many of the next as may be held at once: lines can be long. */
  private heldAtOnce(places: readonly LinePlace[]): readonly LinePlace[] {
    let bytes = 0;
    const beyond = places.findIndex(({ byteLength }, index) => {
      bytes += byteLength;
      return index > 0 && bytes > this.limits.publishInFlightBytes;
    });
    return beyond === -1 ? places : places.slice(0, beyond);
  }

  /** Those of the lines, from the first on, that fit into rate limits, have money set aside and are for somebody who is not paused. */
  private async held(
    batch: Batch,
    lines: readonly LineToPublish[],
    { avoid, rest }: Pick<ReleaseOrder, 'avoid' | 'rest'>,
  ): Promise<Pick<Publishing, 'steering'> & { readonly lines: readonly LineToPublish[] }> {
    const [areLimited, areBudgeted] = [this.rates.areNeededFor(batch), this.holds.areNeededFor(batch)];
    if (!areLimited && !areBudgeted && avoid.length === 0) return { lines };
    const facts = lines.map((line) => this.publisher.factsOf(batch, line, avoid));
    const fitting = await this.rates.place(this.routes.unpaused(facts, rest), rest);
    const held = areBudgeted ? await this.holds.place(fitting, { rest }) : fitting;
    this.rates.putBack(fitting.slice(held.length));
    return { lines: lines.slice(0, held.length), steering: steeringOf(held) };
  }
}
