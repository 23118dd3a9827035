import { Injectable } from '@nestjs/common';
import { BlobMissing, BlobStore } from '#libs/blobs';
import { SnapshotWatch } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { Database } from '#libs/storage';
import { JobLimits } from '../job-limits.js';
import type { Batch, BatchErrors } from '../keep-batch/batch.js';
import { BatchRepository, type Queries } from '../keep-batch/batch.repository.js';
import { FileRepository, type StoredFile } from '../store-file/file.repository.js';
import { BatchTakenAway } from '../keep-batch/batch-taken-away.error.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { BatchLineRepository, type LinePlace } from './batch-line.repository.js';
import { isMessageBatch } from './batch-endpoints.policy.js';
import { LineCheck } from './line-check.js';
import { readLines } from './line-reader.js';
import { MessageLines } from './message-lines.js';

const LINES_PER_STATEMENT = 2_000;

/** The file turned out bad; undoes the lines that were inserted on the way. */
class BadInput extends Error {
  constructor(readonly errors: BatchErrors) {
    super('The input file of a batch is not valid');
  }
}

/**
 * Reads the input file of a batch once, as a stream, and either commits all its lines together with the move to `in_progress`,
 * or moves the batch to `failed` with every bad line named. Killed on the way it leaves nothing, and is simply run again.
 */
@Injectable()
export class ValidateBatchHandler {
  constructor(
    private readonly database: Database,
    private readonly batches: BatchRepository,
    private readonly lines: BatchLineRepository,
    private readonly files: FileRepository,
    private readonly blobs: BlobStore,
    private readonly snapshots: SnapshotWatch,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  async validate(batch: Batch, lease: { holder: string; signal: AbortSignal }): Promise<void> {
    await unlessAborted(this.snapshots.ready, lease.signal);
    try {
      await this.acceptLines(batch, lease);
    } catch (error) {
      const errors = errorsOf(error);
      if (!errors) throw error;
      await this.batches.move(batch.id, 'failed', { holder: lease.holder, changes: { errors } });
      this.logger.info({ batchId: batch.id, errors: errors.length, firstLine: errors[0]?.line }, 'batch refused');
    }
  }

  private async acceptLines(batch: Batch, { holder, signal }: { holder: string; signal: AbortSignal }): Promise<void> {
    const file = await this.files.find(batch.inputFileId, { ...batch, admin: false });
    if (!file) throw badFile('file_not_found', `The input file ${batch.inputFileId} does not exist any more.`);
    if (file.bytes > this.limits.inputFileBytes && !isMessageBatch(batch)) {
      throw badFile(
        'file_too_large',
        `The input file has ${file.bytes} bytes; at most ${this.limits.inputFileBytes} are read.`,
      );
    }
    const check = this.startCheck(batch);
    await this.database.transaction(async (transaction) => {
      let inserted: Promise<void> = Promise.resolve();
      // The database works on one portion while the next is read and checked.
      for await (const places of this.checkedLines(file, check)) {
        signal.throwIfAborted();
        await inserted;
        inserted = this.lines.insert(batch.id, places, transaction);
        inserted.catch(() => undefined);
      }
      await inserted;
      if (check.errors.length > 0) throw new BadInput(check.errors);
      await this.start(batch, { holder, check, within: transaction });
    });
    this.logger.info({ batchId: batch.id, lines: check.totalLines }, 'batch accepted');
  }

  private startCheck(batch: Batch): LineCheck | MessageLines {
    if (isMessageBatch(batch)) return new MessageLines();
    const models = new Set(this.snapshots.current?.models.map((model) => model.name));
    return new LineCheck({ limits: this.limits, endpoint: batch.endpoint, modelExists: (model) => models.has(model) });
  }

  /** Good lines in portions; none any more after the first bad one, though the check goes on. */
  private async *checkedLines(file: StoredFile, check: LineCheck | MessageLines): AsyncGenerator<readonly LinePlace[]> {
    let places: LinePlace[] = [];
    for await (const line of readLines(this.blobs.read(file.blobKey), { lineBytes: this.limits.lineBytes })) {
      const place = check.accept(line);
      if (check.isOver) break;
      if (!place) continue;
      places.push(place);
      if (places.length === LINES_PER_STATEMENT) {
        yield places;
        places = [];
      }
    }
    check.finish();
    if (places.length > 0 && check.errors.length === 0) yield places;
  }

  /** A batch that was cancelled meanwhile, or that another process took over, keeps none of the lines. */
  private async start(
    batch: Batch,
    how: { holder: string; check: LineCheck | MessageLines; within: Queries },
  ): Promise<void> {
    const changes = { totalLines: how.check.totalLines, model: how.check.model };
    const started = await this.batches.move(batch.id, 'in_progress', {
      holder: how.holder,
      changes,
      within: how.within,
    });
    if (!started) throw new BatchTakenAway(batch.id);
    // It was to be cancelled before it was known which lines there are to cancel.
    if (started.cancellingAt)
      await this.batches.move(batch.id, 'cancelling', { holder: how.holder, within: how.within });
  }
}

function badFile(code: string, message: string): BadInput {
  return new BadInput([{ code, line: null, message, param: null }]);
}

function errorsOf(error: unknown): BatchErrors | undefined {
  if (error instanceof BadInput) return error.errors;
  if (!(error instanceof BlobMissing)) return undefined;
  return [
    {
      code: 'file_not_found',
      line: null,
      message: 'The bytes of the input file are not stored any more.',
      param: null,
    },
  ];
}
