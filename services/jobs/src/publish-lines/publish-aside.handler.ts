import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { FileRepository } from '../store-file/file.repository.js';
import { AsideLinesRepository, type AsideLine, type AsidePlace, type NextAside } from './aside-lines.repository.js';
import { LinePublisher, type LineToPublish } from './line-publisher.js';
import { LineRoom, type RoomForLines } from './line-room.js';
import { placesHeldAtOnce, readPlaces } from './read-places.js';

/** In one turn; others wait for their shares meanwhile. */
const MOST_STEPS = 20;
/** Of so many batches it is known how far they were looked at; any other begins anew. */
const MOST_BATCHES = 1_000;
const NONE_WAITS: RoomForLines = { aside: [], steering: undefined };

/** What came of a step, and up to which line it looked. */
interface Step {
  readonly count: number;
  readonly renamed: number;
  readonly upTo: number;
}

/**
 * Publishes lines that were set aside, once what they wait for has room. A killed process leaves them to be published again, by the
 * same ids.
 */
@Injectable()
export class PublishAsideHandler {
  private readonly lookedAt = new Map<string, number>();

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
    for (let steps = 0; published < order.count && steps < MOST_STEPS; steps += 1) {
      order.signal.throwIfAborted();
      const except = this.room.restingOf(batchId, order.rest);
      const most = Math.min(order.count - published, this.limits.publishStepLines);
      const after = this.lookedAt.get(batchId) ?? 0;
      const found = await this.aside.next(batchId, order.holder, { most, except, after });
      if (!found || found.places.length === 0) {
        this.lookedAt.delete(batchId);
        break;
      }
      const { count, renamed, upTo } = await this.publishSome(found, order);
      published += count;
      const isAtEnd = found.places.length < most && upTo >= (found.places.at(-1)?.line ?? 0);
      this.goOnBehind(batchId, found.isInOrder && !isAtEnd ? upTo : 0);
      const isMoreKnown = this.room.restingOf(batchId, () => undefined).length > except.length;
      const mayGoOn = found.isInOrder ? !isAtEnd : count + renamed > 0 || isMoreKnown;
      if (!mayGoOn) break;
    }
    return published;
  }

  /** The lines of many kinds are gone through over several turns, so that the last of them have theirs. */
  private goOnBehind(batchId: string, line: number): void {
    this.lookedAt.delete(batchId);
    if (line === 0) return;
    this.lookedAt.set(batchId, line);
    const [oldest = ''] = this.lookedAt.keys();
    if (this.lookedAt.size > MOST_BATCHES) this.lookedAt.delete(oldest);
  }

  private async publishSome({ batch, places }: NextAside, order: ReleaseOrder): Promise<Step> {
    const over = places.filter(({ hasEnded }) => hasEnded).map(({ line }) => line);
    const read = placesHeldAtOnce(
      places.filter(({ hasEnded }) => !hasEnded),
      this.limits,
    );
    const lines = await this.read(batch, read);
    const { aside, steering, firstUnasked } = await this.roomFor(batch, lines, order);
    const waiting = new Set(aside.map(({ line }) => line));
    const now = lines.filter(({ line }) => !waiting.has(line));
    if (now.length > 0) await this.publisher.publish(batch, now, { avoid: order.avoid, steering });
    if (now.length + over.length > 0)
      await this.aside.finish(batch, order.holder, [...over, ...now.map(({ line }) => line)]);
    const upTo = firstUnasked === undefined ? ((read.at(-1) ?? places.at(-1))?.line ?? 0) : firstUnasked - 1;
    return { count: now.length + over.length, renamed: await this.renamed(batch, places, aside), upTo };
  }

  /** Under another configuration than when they were set aside, lines may wait for something else. */
  private async renamed(batch: Batch, places: readonly AsidePlace[], aside: readonly AsideLine[]): Promise<number> {
    const before = new Map(places.map(({ line, kind }) => [line, kind]));
    const other = aside.filter(({ line, kind }) => before.get(line) !== kind);
    if (other.length > 0) await this.aside.rename(batch, other);
    return other.length;
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
    for await (const line of readPlaces(this.blobs, file.blobKey, places, this.limits)) lines.push(line);
    return lines;
  }
}
