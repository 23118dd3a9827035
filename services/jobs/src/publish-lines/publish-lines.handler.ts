import { Injectable } from '@nestjs/common';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';
import { steeringOf } from '../hold-money/steering.js';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { ReturnedLinesRepository } from '../native-batches/returned-lines.repository.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { AsideLinesRepository } from './aside-lines.repository.js';
import { InFlightBytes } from './in-flight-bytes.js';
import { LinePublisher, type LineToPublish } from './line-publisher.js';
import { LineRoom, type AskedLine, type RoomForLines } from './line-room.js';
import { OpenInputFiles } from './open-input-files.js';
import { PublicationRepository } from './publication.repository.js';

const NOWHERE: ReadonlySet<number> = new Set();

/** How many of the next lines, and which of them do not go online now. */
interface NextLines {
  readonly count: number;
  readonly elsewhere: ReadonlySet<number>;
  readonly steering?: RoomForLines['steering'];
  /** Whether nobody has begun to publish them. */
  readonly areNew?: boolean;
}

/** What came of a step. */
interface Step {
  readonly published: number;
  /** Lines that are done with here: published, at providers or set aside. */
  readonly passed: number;
  /** Lines that are left. */
  readonly left: number;
}

/** How many lines went, and whether more may go that have not been looked at. */
export interface Publication {
  readonly count: number;
  readonly mayGoOn: boolean;
}

/** In one turn; others wait for their shares meanwhile. */
const MOST_STEPS = 20;
const NONE: NextLines = { count: 0, elsewhere: NOWHERE };
const NOTHING: Step = { published: 0, passed: 0, left: 0 };

/**
 * Publishes the next lines of a batch in the order of its input file, as many as the dispatcher says, in steps: note how far
 * this step may go, publish, wait for the stream's acknowledgements, note how far it got. A killed process leaves a note to
 * resume from; what it had published beyond the note is published again, which the request ids make harmless. It goes in the very
 * messages that it went in before, so that the stream drops those it has, and no provider is called a second time for them.
 * Where lines of a batch may wait for different things, those that have to wait are set aside, and the others go.
 */
@Injectable()
export class PublishLinesHandler {
  constructor(
    private readonly publications: PublicationRepository,
    private readonly files: OpenInputFiles,
    private readonly publisher: LinePublisher,
    private readonly limits: JobLimits,
    private readonly room: LineRoom,
    private readonly returned: ReturnedLinesRepository,
    private readonly aside: AsideLinesRepository,
  ) {}

  /** Throws where a step failed; the next release repeats it. */
  async publish(batchId: string, order: ReleaseOrder): Promise<Publication> {
    let count = 0;
    for (let steps = 0; count < order.count && steps < MOST_STEPS; steps += 1) {
      order.signal.throwIfAborted();
      const wanted = Math.min(order.count - count, this.limits.publishStepLines);
      const { published, passed, left } = await this.step(batchId, order, wanted);
      count += published;
      if (passed < wanted) return { count, mayGoOn: published < passed && left > 0 };
    }
    return { count, mayGoOn: true };
  }

  private async step(batchId: string, order: ReleaseOrder, wanted: number): Promise<Step> {
    const batch = await this.publications.look(batchId, order.holder);
    if (!batch) return NOTHING;
    const begun = batch.offeredLines - batch.publishedLines;
    const going = begun > 0 ? await this.resumed(batch, begun) : await this.begun(batch, order, wanted);
    if (going.count <= 0) return NOTHING;
    await this.publishNext(batch, order, going);
    const end = batch.publishedLines + going.count;
    if (!(await this.publications.finish(batch.id, order.holder, end))) return NOTHING;
    return { published: going.count - going.elsewhere.size, passed: going.count, left: batch.totalLines - end };
  }

  /**
   * A step that somebody else may have begun goes as far as that one was to go, however much is wanted now, and nothing is asked again.
   * Messages are told apart by their lines, and what is published already takes no room.
   */
  private async resumed(batch: Batch, begun: number): Promise<NextLines> {
    const count = Math.min(begun, this.limits.publishStepLines);
    const [native, aside] = await Promise.all([
      this.native(batch, count),
      this.aside.among(batch, batch.publishedLines + 1, batch.publishedLines + count),
    ]);
    return { count, elsewhere: aside.length === 0 ? native : new Set([...native, ...aside]) };
  }

  /** Decides how far a step goes, and notes it before the first line is published. */
  private async begun(batch: Batch, order: ReleaseOrder, wanted: number): Promise<NextLines> {
    const count = Math.min(wanted, batch.totalLines - batch.publishedLines);
    if (count <= 0) return NONE;
    const { aside, ...going } = await this.going(batch, order, { count, elsewhere: await this.native(batch, count) });
    const step = { upTo: batch.publishedLines + going.count, aside };
    return going.count > 0 && (await this.publications.begin(batch.id, order.holder, step))
      ? { ...going, areNew: true }
      : NONE;
  }

  /**
   * Which of the next lines fit into rate limits, have money set aside and are for somebody who can be called: as many as there are up to
   * the first that does not, or all but those; where nobody has or is any of that, all of them without a look.
   */
  private async going(
    batch: Batch,
    order: ReleaseOrder,
    next: NextLines,
  ): Promise<NextLines & Pick<RoomForLines, 'aside'>> {
    if (!this.room.isAskedFor(batch, order)) return { ...next, aside: [] };
    const asked = this.asked(batch, order.avoid, next);
    if (this.room.areAlike(batch)) {
      const held = await this.room.first(batch, factsOf(asked), order);
      const elsewhere = within(next.elsewhere, batch.publishedLines + held.length);
      return { count: held.length, elsewhere, steering: steeringOf(held), aside: [] };
    }
    const { aside, steering } = await this.room.each(batch, await all(asked), order);
    const elsewhere = new Set([...next.elsewhere, ...aside.map(({ line }) => line)]);
    return { ...next, elsewhere, steering, aside };
  }

  /** Those of the next lines that are, or were, at providers. */
  private async native(batch: Batch, count: number): Promise<ReadonlySet<number>> {
    if (batch.nativePlannedAt === null) return NOWHERE;
    return this.returned.elsewhere(batch, batch.publishedLines + 1, batch.publishedLines + count);
  }

  private async *asked(
    batch: Batch,
    avoid: readonly string[],
    { count, elsewhere }: NextLines,
  ): AsyncGenerator<AskedLine> {
    for await (const line of this.files.read(batch, batch.publishedLines + 1, count)) {
      const facts = elsewhere.has(line.line) ? undefined : this.publisher.factsOf(batch, line, avoid);
      yield { line: line.line, facts };
    }
  }

  /**
   * Waits for what is under way even when something failed, so that nothing goes on in the background; but not for long where
   * the process stops while the stream cannot be reached.
   */
  private async publishNext(
    batch: Batch,
    { signal, avoid }: ReleaseOrder,
    { count, elsewhere, steering, areNew }: NextLines,
  ): Promise<void> {
    const { stopGraceMilliseconds } = this.limits;
    const bytes = new InFlightBytes(this.limits.publishInFlightBytes);
    const underWay: Promise<void>[] = [];
    const failures: unknown[] = [];
    let gathered: LineToPublish[] = [];
    let gatheredBytes = 0;
    const send = async (lines: readonly LineToPublish[], size: number): Promise<void> => {
      try {
        await this.publisher.publish(batch, lines, { avoid, steering, areNew });
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

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

async function* factsOf(lines: AsyncIterable<AskedLine>): AsyncGenerator<AskedLine['facts']> {
  for await (const { facts } of lines) yield facts;
}

function within(lines: ReadonlySet<number>, last: number): ReadonlySet<number> {
  return new Set([...lines].filter((line) => line <= last));
}
