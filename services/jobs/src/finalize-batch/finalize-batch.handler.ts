import { Injectable } from '@nestjs/common';
import { BlobStore, type StoredBlob } from '#libs/blobs';
import { ServiceLogger } from '#libs/runtime';
import { Database } from '#libs/storage';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { BatchRepository, type Queries } from '../keep-batch/batch.repository.js';
import { BatchTakenAway } from '../keep-batch/batch-taken-away.error.js';
import { FileRepository } from '../store-file/file.repository.js';
import { outputLine, type ResultToWrite } from './output-line.policy.js';
import { ResultPagesRepository, type PageRequest } from './result-pages.repository.js';

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
    const output = await this.write(batch, 'completed', lease.signal);
    const errors = await this.write(batch, 'not completed', lease.signal);
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

  /** Nothing where there is no result of that kind. */
  private async write(
    batch: Batch,
    which: PageRequest['which'],
    signal: AbortSignal,
  ): Promise<WrittenFile | undefined> {
    const isOutput = which === 'completed';
    const count = isOutput ? batch.completedLines : batch.failedLines + batch.unfinishedLines;
    if (count === 0) return undefined;
    const kind = isOutput ? 'output' : 'errors';
    const blobKey = `batches/${batch.id}/${kind}.jsonl`;
    const stored = await this.blobs.write(blobKey, this.linesOf(batch, which, signal), {
      maxBytes: this.limits.outputFileBytes,
    });
    const id = isOutput ? batchIdentifiers.outputFile(batch.id) : batchIdentifiers.errorFile(batch.id);
    return { ...stored, id, blobKey, filename: `${batch.id}_${kind}.jsonl` };
  }

  /** The next page is on its way while one is written. */
  private async *linesOf(batch: Batch, which: PageRequest['which'], signal: AbortSignal): AsyncGenerator<Uint8Array> {
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
      if (page.length > 0) yield Buffer.from(page.map((result) => outputLine(batch.id, result)).join(''));
      if (isLast) return;
    }
  }

  private async pageAfter(afterLine: number, batch: Batch, which: PageRequest['which']): Promise<Page> {
    const { resultsPageRows, resultsPageBytes: bytes } = this.limits;
    const upToLine = afterLine + resultsPageRows;
    const page = await this.pages.page(batch.id, { which, afterLine, upToLine, bytes });
    // A page cut short by its bytes ends where its last result stands; so may one that is whole.
    return { page, upToLine: page.at(-1)?.line ?? upToLine };
  }

  private async keep(batch: Batch, file: WrittenFile, transaction: Queries): Promise<void> {
    const { organization, project, outputExpiresAfterSeconds: expiresAfterSeconds } = batch;
    await this.files.insert(
      { ...file, organization, project, purpose: 'batch_output', expiresAfterSeconds },
      transaction,
    );
  }
}
