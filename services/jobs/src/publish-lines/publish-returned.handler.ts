import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';
import { steeringOf } from '../hold-money/steering.js';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { ReturnedLinesRepository } from '../native-batches/returned-lines.repository.js';
import { FileRepository } from '../store-file/file.repository.js';
import { AsideLinesRepository } from './aside-lines.repository.js';
import { LinePublisher, type LineToPublish, type Publishing } from './line-publisher.js';
import { LineRoom } from './line-room.js';
import { placesHeldAtOnce, readPlaces } from './read-places.js';

const NOBODY: ReadonlySet<number> = new Set();

/** Publishes lines that came back from providers. A killed process leaves them to be published again, by the same ids. */
@Injectable()
export class PublishReturnedHandler {
  constructor(
    private readonly returned: ReturnedLinesRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly publisher: LinePublisher,
    private readonly room: LineRoom,
    private readonly aside: AsideLinesRepository,
    private readonly limits: JobLimits,
  ) {}

  /** Resolves to the number of lines published. Throws where they cannot be now; the next release repeats it. */
  async publish(batchId: string, order: ReleaseOrder): Promise<number> {
    const { holder, count, avoid, signal } = order;
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
    for await (const line of readPlaces(this.blobs, file.blobKey, placesHeldAtOnce(places, this.limits), this.limits))
      lines.push(line);
    const { through, waiting, steering } = await this.held(batch, lines, order);
    const upTo = through.at(-1)?.line;
    if (upTo === undefined) return 0;
    signal.throwIfAborted();
    // Those that were set aside when this failed the last time go from there, or have gone.
    const before = new Set(await this.aside.among(batch, through[0]?.line ?? upTo, upTo));
    const now = through.filter(({ line }) => !waiting.has(line) && !before.has(line));
    await this.publisher.publish(batch, now, { avoid, steering });
    await this.returned.finish(batch, holder, { sent: through.map(({ line }) => line), upTo });
    return now.length;
  }

  /**
   * Those of the lines, from the first on, that are done with: they may go, or wait from now on beside the others of their batch that do.
   */
  private async held(
    batch: Batch,
    lines: readonly LineToPublish[],
    order: ReleaseOrder,
  ): Promise<
    Pick<Publishing, 'steering'> & { readonly through: readonly LineToPublish[]; readonly waiting: ReadonlySet<number> }
  > {
    if (!this.room.isAskedFor(batch, order)) return { through: lines, waiting: NOBODY };
    const asked = lines.map((line) => ({ line: line.line, facts: this.publisher.factsOf(batch, line, order.avoid) }));
    if (this.room.areAlike(batch)) {
      const held = await this.room.first(
        batch,
        asked.map(({ facts }) => facts),
        order,
      );
      return { through: lines.slice(0, held.length), waiting: NOBODY, steering: steeringOf(held) };
    }
    const { aside, steering } = await this.room.each(batch, asked, order);
    if (aside.length > 0 && !(await this.aside.note(batch, order.holder, aside)))
      return { through: [], waiting: NOBODY };
    return { through: lines, waiting: new Set(aside.map(({ line }) => line)), steering };
  }
}
