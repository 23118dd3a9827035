import { Injectable } from '@nestjs/common';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';
import type { Facts } from '#libs/contracts';
import { DurableHolds } from '../hold-money/durable-holds.js';
import { steeringOf, type Steering } from '../hold-money/steering.js';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { ReturnedLinesRepository } from '../native-batches/returned-lines.repository.js';
import { DurableLimits } from '../limit-rate/durable-limits.js';
import { LikelyRoutes } from '../limit-rate/likely-routes.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { InFlightBytes } from './in-flight-bytes.js';
import { LinePublisher, type LineToPublish } from './line-publisher.js';
import { OpenInputFiles } from './open-input-files.js';
import { PublicationRepository } from './publication.repository.js';

const NOWHERE: ReadonlySet<number> = new Set();

/** How many of the next lines, and which of them do not go online. */
interface NextLines {
  readonly count: number;
  readonly elsewhere: ReadonlySet<number>;
}

/** How many of them may go now, and which are kept from some of their targets. */
interface HeldLines {
  readonly count: number;
  readonly steering?: ReadonlyMap<string, Steering> | undefined;
}

/**
 * Publishes the next lines of a batch in the order of its input file, as many as the dispatcher says, in steps: note how far
 * this step may go, publish, wait for the stream's acknowledgements, note how far it got. A killed process leaves a note to
 * resume from; what it had published beyond the note is published again, which the request ids make harmless. It goes in the very
 * messages that it went in before, so that the stream drops those it has, and no provider is called a second time for them.
 */
@Injectable()
export class PublishLinesHandler {
  /** Batches whose last step this process has noted, each with the holder that it released for. */
  private readonly noted = new Map<string, string>();

  constructor(
    private readonly publications: PublicationRepository,
    private readonly files: OpenInputFiles,
    private readonly publisher: LinePublisher,
    private readonly limits: JobLimits,
    private readonly holds: DurableHolds,
    private readonly rates: DurableLimits,
    private readonly returned: ReturnedLinesRepository,
    private readonly routes: LikelyRoutes,
  ) {}

  /** Resolves to the number of lines published. Throws where a step failed; the next release repeats it. */
  async publish(batchId: string, order: ReleaseOrder): Promise<number> {
    let released = 0;
    while (released < order.count) {
      order.signal.throwIfAborted();
      const step = Math.min(order.count - released, this.limits.publishStepLines);
      const published = await this.step(batchId, order, step);
      released += published;
      if (published < step) break;
    }
    return released;
  }

  private async step(batchId: string, order: ReleaseOrder, wanted: number): Promise<number> {
    const isNoted = this.noted.get(batchId) === order.holder;
    this.noted.delete(batchId);
    const most = isNoted ? wanted : await this.resumed(batchId, order, wanted);
    const batch = await this.publications.begin(batchId, order.holder, most);
    if (!batch) return 0;
    const next = Math.min(most, batch.totalLines - batch.publishedLines);
    const elsewhere = next > 0 ? await this.elsewhere(batch, next) : NOWHERE;
    if (next <= 0) return 0;
    const { count, steering } = await this.held(batch, order, { count: next, elsewhere });
    if (count <= 0) {
      // Nothing was published: what was sure still is.
      if (isNoted) this.noted.set(batchId, order.holder);
      return 0;
    }
    await this.publishNext(batch, order, { count, elsewhere, steering });
    const end = batch.publishedLines + count;
    if (!(await this.publications.finish(batch.id, order.holder, end))) return 0;
    if (end < batch.totalLines) this.noted.set(batchId, order.holder);
    return count;
  }

  /**
   * How far a step goes that somebody else may have begun: as far as that one was to go, however much is wanted now. Messages are told
   * apart by their first line and their number of lines, and what is published already takes no room.
   */
  private async resumed(batchId: string, { holder }: ReleaseOrder, wanted: number): Promise<number> {
    const batch = await this.publications.begin(batchId, holder, 0);
    const begun = batch ? batch.offeredLines - batch.publishedLines : 0;
    return begun > 0 ? Math.min(begun, this.limits.publishStepLines) : wanted;
  }

  /**
   * How many of the next lines fit into rate limits, have money set aside and are for somebody who is not paused; where nobody has or is
   * any of that, all of them without a look.
   */
  private async held(batch: Batch, { avoid, rest }: ReleaseOrder, next: NextLines): Promise<HeldLines> {
    const [areLimited, areBudgeted] = [this.rates.areNeededFor(batch), this.holds.areNeededFor(batch)];
    if (!areLimited && !areBudgeted && avoid.length === 0) return { count: next.count };
    const requests = await this.rates.place(this.routes.unpaused(this.factsOf(batch, avoid, next), rest), rest);
    const held = areBudgeted ? await this.holds.place(requests, { rest }) : requests;
    this.rates.putBack(requests.slice(held.length));
    return { count: held.length, steering: steeringOf(held) };
  }

  private async *factsOf(
    batch: Batch,
    avoid: readonly string[],
    { count, elsewhere }: NextLines,
  ): AsyncGenerator<Facts | undefined> {
    for await (const line of this.files.read(batch, batch.publishedLines + 1, count)) {
      yield elsewhere.has(line.line) ? undefined : this.publisher.factsOf(batch, line, avoid);
    }
  }

  /** Those of the next lines that are, or were, at providers. */
  private async elsewhere(batch: Batch, count: number): Promise<ReadonlySet<number>> {
    if (batch.nativePlannedAt === null) return NOWHERE;
    return this.returned.elsewhere(batch, batch.publishedLines + 1, batch.publishedLines + count);
  }

  /**
   * Waits for what is under way even when something failed, so that nothing goes on in the background; but not for long where
   * the process stops while the stream cannot be reached.
   */
  private async publishNext(
    batch: Batch,
    { signal, avoid }: ReleaseOrder,
    { count, elsewhere, steering }: NextLines & HeldLines,
  ): Promise<void> {
    const { stopGraceMilliseconds } = this.limits;
    const bytes = new InFlightBytes(this.limits.publishInFlightBytes);
    const underWay: Promise<void>[] = [];
    const failures: unknown[] = [];
    let gathered: LineToPublish[] = [];
    let gatheredBytes = 0;
    const send = async (lines: readonly LineToPublish[], size: number): Promise<void> => {
      try {
        await this.publisher.publish(batch, lines, { avoid, steering });
      } catch (error) {
        failures.push(error);
      } finally {
        bytes.give(size);
      }
    };
    const sendGathered = (): void => {
      if (gathered.length > 0) underWay.push(send(gathered, gatheredBytes));
      gathered = [];
      gatheredBytes = 0;
    };
    try {
      for await (const line of this.files.read(batch, batch.publishedLines + 1, count)) {
        if (elsewhere.has(line.line)) continue;
        // What is gathered holds bytes too: it has to go before more of them can be waited for.
        if (gatheredBytes + line.length > this.limits.messageBodyBytes) sendGathered();
        await unlessAborted(bytes.take(line.length), signal, stopGraceMilliseconds);
        gathered.push(line);
        gatheredBytes += line.length;
        if (gathered.length >= this.limits.bundleRequests) sendGathered();
        if (failures.length > 0) break;
      }
      sendGathered();
    } finally {
      await unlessAborted(Promise.all(underWay), signal, stopGraceMilliseconds);
    }
    if (failures.length > 0) throw failures[0];
  }
}
