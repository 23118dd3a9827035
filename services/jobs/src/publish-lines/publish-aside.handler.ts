import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { FileRepository } from '../store-file/file.repository.js';
import { AsideLinesRepository, type AsidePlace } from './aside-lines.repository.js';
import { LinePublisher, type LineToPublish } from './line-publisher.js';
import { LineRoom, type RoomForLines } from './line-room.js';
import { placesHeldAtOnce, readPlaces } from './read-places.js';

const NONE_WAITS: RoomForLines = { aside: [], steering: undefined };

/**
 * Publishes lines that were set aside, once what they wait for has room. A killed process leaves them to be published again, by the
 * same ids.
 */
@Injectable()
export class PublishAsideHandler {
  constructor(
    private readonly aside: AsideLinesRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly publisher: LinePublisher,
    private readonly room: LineRoom,
    private readonly limits: JobLimits,
  ) {}

  /** Resolves to the number of lines published. Throws where they cannot be now; the next release repeats it. */
  async publish(batchId: string, order: ReleaseOrder): Promise<number> {
    let published = 0;
    while (published < order.count) {
      order.signal.throwIfAborted();
      const except = this.room.restingOf(batchId, order.rest);
      const most = Math.min(order.count - published, this.limits.publishStepLines);
      const found = await this.aside.next(batchId, order.holder, { most, except });
      if (!found || found.places.length === 0) break;
      const count = await this.publishSome(found.batch, found.places, order);
      const isStuck = count === 0 && this.room.restingOf(batchId, () => undefined).length <= except.length;
      if (isStuck) break;
      published += count;
    }
    return published;
  }

  private async publishSome(batch: Batch, places: readonly AsidePlace[], order: ReleaseOrder): Promise<number> {
    const over = places.filter(({ hasEnded }) => hasEnded).map(({ line }) => line);
    const lines = await this.read(
      batch,
      places.filter(({ hasEnded }) => !hasEnded),
    );
    const { aside, steering } = await this.roomFor(batch, lines, order);
    const waiting = new Set(aside.map(({ line }) => line));
    const now = lines.filter(({ line }) => !waiting.has(line));
    if (now.length > 0) await this.publisher.publish(batch, now, { avoid: order.avoid, steering });
    if (now.length + over.length > 0)
      await this.aside.finish(batch, order.holder, [...over, ...now.map(({ line }) => line)]);
    return now.length + over.length;
  }

  private async roomFor(batch: Batch, lines: readonly LineToPublish[], order: ReleaseOrder): Promise<RoomForLines> {
    if (!this.room.isAskedFor(batch, order)) return NONE_WAITS;
    const asked = lines.map((line) => ({ line: line.line, facts: this.publisher.factsOf(batch, line, order.avoid) }));
    return this.room.each(batch, asked, order);
  }

  private async read(batch: Batch, places: readonly AsidePlace[]): Promise<LineToPublish[]> {
    const file = await this.files.find(batch.inputFileId, { ...batch, admin: false });
    if (!file) throw new Error(`the input file of ${batch.id} is gone`);
    const lines: LineToPublish[] = [];
    for await (const line of readPlaces(this.blobs, file.blobKey, placesHeldAtOnce(places, this.limits), this.limits))
      lines.push(line);
    return lines;
  }
}
