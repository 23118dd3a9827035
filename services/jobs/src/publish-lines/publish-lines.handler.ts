import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { JobLimits } from '../job-limits.js';
import { endedLines, type Batch } from '../keep-batch/batch.js';
import { FileRepository } from '../store-file/file.repository.js';
import { BatchLineRepository } from '../validate-batch/batch-line.repository.js';
import { readLines, type FileLine } from '../validate-batch/line-reader.js';
import { BatchTakenAway } from '../keep-batch/batch-taken-away.error.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { InFlightBytes } from './in-flight-bytes.js';
import { LinePublisher } from './line-publisher.js';
import { PublicationRepository, type Publication } from './publication.repository.js';

/**
 * Publishes the lines of a batch in the order of its input file, in steps: note how far this step may go, publish, wait for
 * the stream's acknowledgements, note how far it got. A killed process leaves a note to resume from; what it had published
 * beyond the note is published again, which the request ids make harmless. At most a window of lines is under way.
 */
@Injectable()
export class PublishLinesHandler {
  constructor(
    private readonly publications: PublicationRepository,
    private readonly lines: BatchLineRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly publisher: LinePublisher,
    private readonly limits: JobLimits,
  ) {}

  /**
   * Returns `window full` when more may be published once lines have ended; otherwise every line is published, or the batch's
   * row says that something else is to be done.
   */
  async publish(batch: Batch, lease: { holder: string; signal: AbortSignal }): Promise<'window full' | 'look again'> {
    if (this.room(batch) === 0) return 'window full';
    const reader = await this.openReader(batch);
    try {
      let now: Publication = { batch, isOpen: true };
      while (now.isOpen && now.batch.publishedLines < now.batch.totalLines) {
        lease.signal.throwIfAborted();
        const room = this.room(now.batch);
        now = await this.step(now.batch, reader, lease);
        // The window is filled once: lines that ended meanwhile must not keep this batch in front of others.
        if (room <= this.limits.publishStepLines && now.isOpen && now.batch.publishedLines < now.batch.totalLines) {
          return 'window full';
        }
      }
      return 'look again';
    } finally {
      await reader.return(undefined);
    }
  }

  private async step(
    batch: Batch,
    reader: AsyncGenerator<FileLine>,
    lease: { holder: string; signal: AbortSignal },
  ): Promise<Publication> {
    const published = batch.publishedLines;
    const offered = Math.min(published + Math.min(this.room(batch), this.limits.publishStepLines), batch.totalLines);
    const allowed = await this.note(batch, lease.holder, { published, offered });
    if (!allowed.isOpen) return allowed;
    await this.publishNext(allowed.batch, reader, { count: offered - published, signal: lease.signal });
    return this.note(batch, lease.holder, { published: offered, offered });
  }

  /** How many more lines may be under way. */
  private room(batch: Batch): number {
    return Math.max(0, this.limits.publishWindowLines - Math.max(0, batch.publishedLines - endedLines(batch)));
  }

  private async note(
    batch: Batch,
    holder: string,
    lines: { published: number; offered: number },
  ): Promise<Publication> {
    const now = await this.publications.advance(batch.id, holder, lines);
    if (!now) throw new BatchTakenAway(batch.id);
    return now;
  }

  /**
   * Waits for what is under way even when something failed, so that nothing goes on in the background; but not for long where
   * the process stops while the stream cannot be reached.
   */
  private async publishNext(
    batch: Batch,
    reader: AsyncGenerator<FileLine>,
    { count, signal }: { count: number; signal: AbortSignal },
  ): Promise<void> {
    const { stopGraceMilliseconds } = this.limits;
    const bytes = new InFlightBytes(this.limits.publishInFlightBytes);
    const underWay: Promise<void>[] = [];
    const failures: unknown[] = [];
    const send = async (line: FileLine & { bytes: Uint8Array }): Promise<void> => {
      try {
        await this.publisher.publish(batch, line);
      } catch (error) {
        failures.push(error);
      } finally {
        bytes.give(line.length);
      }
    };
    try {
      for (let index = 0; index < count && failures.length === 0; index += 1) {
        const line = await nextLine(reader, batch);
        await unlessAborted(bytes.take(line.length), signal, stopGraceMilliseconds);
        underWay.push(send(line));
      }
    } finally {
      await unlessAborted(Promise.all(underWay), signal, stopGraceMilliseconds);
    }
    if (failures.length > 0) throw failures[0];
  }

  private async openReader(batch: Batch): Promise<AsyncGenerator<FileLine>> {
    const firstLine = batch.publishedLines + 1;
    const firstOffset = await this.lines.offsetOf(batch.id, firstLine);
    const file = await this.files.find(batch.inputFileId, { ...batch, admin: false });
    if (firstOffset === undefined || !file)
      throw new Error(`Line ${firstLine} of ${batch.id} is not in the database; was it changed by hand?`);
    const source = this.blobs.read(file.blobKey, { offset: firstOffset });
    return readLines(source, { lineBytes: this.limits.lineBytes, firstLine, firstOffset });
  }
}

async function nextLine(reader: AsyncGenerator<FileLine>, batch: Batch): Promise<FileLine & { bytes: Uint8Array }> {
  const { value } = await reader.next();
  const line: FileLine | undefined = value;
  if (!line?.bytes) throw new Error(`The input file of ${batch.id} ends before its last line; was it changed?`);
  return { ...line, bytes: line.bytes };
}
