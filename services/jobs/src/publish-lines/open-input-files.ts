import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { FileRepository } from '../store-file/file.repository.js';
import { BatchLineRepository } from '../validate-batch/batch-line.repository.js';
import { readLines, type FileLine } from '../validate-batch/line-reader.js';

/** A line of an input file with its bytes. */
export type WholeLine = FileLine & { readonly bytes: Uint8Array };

interface OpenFile {
  readonly lines: AsyncGenerator<FileLine>;
  nextLine: number;
}

/** Input files of batches whose lines are being published, kept open between two turns of the dispatcher. */
@Injectable()
export class OpenInputFiles implements OnApplicationShutdown {
  private readonly files = new Map<string, OpenFile>();

  constructor(
    private readonly lines: BatchLineRepository,
    private readonly repository: FileRepository,
    private readonly blobs: BlobStore,
    private readonly limits: JobLimits,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.files.keys()].map((id) => this.close(id)));
  }

  /** The lines of a batch from `firstLine` on, `count` of them. Throws where the file is gone or too short. */
  async *read(batch: Batch, firstLine: number, count: number): AsyncGenerator<WholeLine> {
    let isRead = false;
    try {
      const file = await this.openAt(batch, firstLine);
      for (let read = 0; read < count; read += 1) {
        const { value } = await file.lines.next();
        const line: FileLine | undefined = value;
        if (!line?.bytes) throw new Error(`The input file of ${batch.id} ends before its last line; was it changed?`);
        file.nextLine = line.line + 1;
        yield { ...line, bytes: line.bytes };
      }
      isRead = firstLine + count <= batch.totalLines;
    } finally {
      if (!isRead) await this.close(batch.id);
    }
  }

  /** The same, of a file that is opened for this alone, whatever else is read of it meanwhile. */
  async *readOnce(batch: Batch, firstLine: number, count: number): AsyncGenerator<WholeLine> {
    let read = 0;
    for await (const line of await this.open(batch, firstLine)) {
      if (!line.bytes) throw new Error(`Line ${line.line} of ${batch.id} is too long; was its file changed?`);
      yield { ...line, bytes: line.bytes };
      read += 1;
      if (read >= count) return;
    }
    if (read < count) throw new Error(`The input file of ${batch.id} ends before its last line; was it changed?`);
  }

  private async openAt(batch: Batch, firstLine: number): Promise<OpenFile> {
    const open = this.files.get(batch.id);
    this.files.delete(batch.id);
    if (open?.nextLine === firstLine) {
      this.files.set(batch.id, open);
      return open;
    }
    await open?.lines.return(undefined);
    const [oldest] = this.files.keys();
    if (oldest !== undefined && this.files.size >= this.limits.openInputFiles) await this.close(oldest);
    const file = { lines: await this.open(batch, firstLine), nextLine: firstLine };
    this.files.set(batch.id, file);
    return file;
  }

  private async open(batch: Batch, firstLine: number): Promise<AsyncGenerator<FileLine>> {
    const firstOffset = await this.lines.offsetOf(batch.id, firstLine);
    const file = await this.repository.find(batch.inputFileId, { ...batch, admin: false });
    if (firstOffset === undefined || !file)
      throw new Error(`Line ${firstLine} of ${batch.id} is not in the database; was it changed by hand?`);
    const source = this.blobs.read(file.blobKey, { offset: firstOffset });
    return readLines(source, { lineBytes: this.limits.lineBytes, firstLine, firstOffset });
  }

  private async close(id: string): Promise<void> {
    const file = this.files.get(id);
    this.files.delete(id);
    await file?.lines.return(undefined);
  }
}
