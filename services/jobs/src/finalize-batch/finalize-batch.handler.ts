import { Injectable } from '@nestjs/common';
import { BlobStore, type StoredBlob } from '#libs/blobs';
import { ServiceLogger } from '#libs/runtime';
import { Database } from '#libs/storage';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { BatchRepository, type Queries } from '../keep-batch/batch.repository.js';
import { BatchTakenAway } from '../keep-batch/batch-taken-away.error.js';
import { FileRepository, MESSAGE_RESULTS_PURPOSE } from '../store-file/file.repository.js';
import { isMessageBatch } from '../validate-batch/batch-endpoints.policy.js';
import { filesOf, type BatchFile, type ResultKind } from './files-of-batch.policy.js';
import type { ResultToWrite } from './output-line.policy.js';
import { ResultPagesRepository } from './result-pages.repository.js';

interface WrittenFile extends StoredBlob {
  readonly id: string;
  readonly blobKey: string;
  readonly filename: string;
}

/** Results of neighbouring lines, all of the kind asked for up to and with `upToLine`. */
interface Page {
  readonly page: readonly ResultToWrite[];
  readonly upToLine: number;
}

/**
 * Writes the output and the error file of a batch whose every line has its result, then ends the batch in one transaction
 * with the rows of the files. Killed at any point it runs again and writes the same bytes under the same names.
 */
@Injectable()
export class FinalizeBatchHandler {
  constructor(
    private readonly database: Database,
    private readonly batches: BatchRepository,
    private readonly files: FileRepository,
    private readonly pages: ResultPagesRepository,
    private readonly blobs: BlobStore,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  async finalize(batch: Batch, lease: { holder: string; signal: AbortSignal }): Promise<void> {
    const { endsAs } = batch;
    if (endsAs === null) throw new Error(`Batch ${batch.id} is to be finalized, but how it ends was never fixed`);
    const files = filesOf(batch);
    const output = files.output && (await this.write(batch, files.output, lease.signal));
    const errors = files.errors && (await this.write(batch, files.errors, lease.signal));
    await this.database.transaction(async (transaction) => {
      for (const file of [output, errors]) if (file) await this.keep(batch, file, transaction);
      const changes = { outputFileId: output?.id ?? null, errorFileId: errors?.id ?? null };
      const ended = await this.batches.move(batch.id, endsAs, { holder: lease.holder, changes, within: transaction });
      if (!ended) throw new BatchTakenAway(batch.id);
    });
    this.logger.info(
      { batchId: batch.id, completed: batch.completedLines, failed: batch.failedLines },
      `batch ${endsAs}`,
    );
  }

  private async write(batch: Batch, file: BatchFile, signal: AbortSignal): Promise<WrittenFile> {
    const blobKey = `batches/${batch.id}/${file.kind}.jsonl`;
    const stored = await this.blobs.write(blobKey, this.linesOf(batch, file, signal), {
      maxBytes: this.limits.outputFileBytes,
    });
    return { ...stored, id: file.id, blobKey, filename: `${batch.id}_${file.kind}.jsonl` };
  }

  /** The next page is on its way while one is written. */
  private async *linesOf(batch: Batch, { which, lineOf }: BatchFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let next = this.pageAfter(0, batch, which);
    for (;;) {
      const { page, upToLine } = await next;
      signal.throwIfAborted();
      const isLast = upToLine >= batch.totalLines;
      if (!isLast) {
        next = this.pageAfter(upToLine, batch, which);
        // Whoever stops reading here never looks at it.
        next.catch(() => undefined);
      }
      if (page.length > 0) yield Buffer.from(page.map((result) => lineOf(batch.id, result)).join(''));
      if (isLast) return;
    }
  }

  private async pageAfter(afterLine: number, batch: Batch, which: ResultKind): Promise<Page> {
    const { resultsPageRows, resultsPageBytes: bytes } = this.limits;
    const upToLine = afterLine + resultsPageRows;
    const page = await this.pages.page(batch.id, { which, afterLine, upToLine, bytes });
    // A page cut short by its bytes ends where its last result stands; so may one that is whole.
    return { page, upToLine: page.at(-1)?.line ?? upToLine };
  }

  private async keep(batch: Batch, file: WrittenFile, transaction: Queries): Promise<void> {
    const { organization, project } = batch;
    const purpose = isMessageBatch(batch) ? MESSAGE_RESULTS_PURPOSE : 'batch_output';
    const expiresAfterSeconds = await this.expiryOf(batch, transaction);
    await this.files.insert({ ...file, organization, project, purpose, expiresAfterSeconds }, transaction);
  }

  /**
   * Results of messages are kept from when their batch was made, other files from when they are made themselves. The database's
   * clock alone says when that was.
   */
  private async expiryOf(batch: Batch, transaction: Queries): Promise<number | null> {
    if (!isMessageBatch(batch)) return batch.outputExpiresAfterSeconds;
    const keptUntil = batch.createdAt.getTime() + this.limits.messageResultsKeepMilliseconds;
    const [row] = await transaction.query<{ now: Date }>('SELECT now() AS now');
    if (!row) throw new Error('the database does not tell the time');
    return Math.max(0, Math.ceil((keptUntil - row.now.getTime()) / 1_000));
  }
}
