import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { JobLimits } from '../job-limits.js';
import { endedLines, type Batch } from '../keep-batch/batch.js';
import { FileRepository } from '../store-file/file.repository.js';
import { BatchLineRepository } from '../validate-batch/batch-line.repository.js';
import { readLines, type FileLine } from '../validate-batch/line-reader.js';
import { BatchTakenAway } from '../keep-batch/batch-taken-away.error.js';
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

  /** Returns when every line is published, or when the batch's row says that something else is to be done. */
  async publish(batch: Batch, lease: { holder: string; signal: AbortSignal }): Promise<void> {
    if (batch.publishedLines >= batch.totalLines) return;
    const reader = await this.openReader(batch);
    try {
      let now: Publication = { batch, isOpen: true };
      while (now.isOpen && now.batch.publishedLines < now.batch.totalLines) {
        lease.signal.throwIfAborted();
        now = await this.step(now.batch, reader, lease);
      }
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
    const room = this.limits.publishWindowLines - (published - Math.min(endedLines(batch), published));
    const offered = Math.min(published + Math.min(room, this.limits.publishStepLines), batch.totalLines);
    if (offered <= published) {
      await pause(this.limits.pollMilliseconds, undefined, { signal: lease.signal });
      return this.note(batch, lease.holder, { published, offered: published });
    }
    const allowed = await this.note(batch, lease.holder, { published, offered });
    if (!allowed.isOpen) return allowed;
    await this.publishNext(allowed.batch, reader, offered - published);
    return this.note(batch, lease.holder, { published: offered, offered });
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

  /** Waits for what is under way even when something failed, so that nothing goes on in the background. */
  private async publishNext(batch: Batch, reader: AsyncGenerator<FileLine>, count: number): Promise<void> {
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
        await bytes.take(line.length);
        underWay.push(send(line));
      }
    } finally {
      await Promise.all(underWay);
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
