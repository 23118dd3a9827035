import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import type { Batch } from '../keep-batch/batch.js';
import { isMessageBatch } from '../validate-batch/batch-endpoints.policy.js';
import { messageResultLine } from './message-result-line.policy.js';
import { outputLine, type ResultToWrite } from './output-line.policy.js';

/** Which results of a batch a file holds. */
export type ResultKind = 'completed' | 'not completed' | 'all';

/** One file that is written when a batch ends. */
export interface BatchFile {
  readonly id: string;
  /** What it is called, in its key and its name. */
  readonly kind: string;
  readonly which: ResultKind;
  readonly lineOf: (batchId: string, result: ResultToWrite) => string;
}

/** The files of a batch whose every line has its result; those in which nothing would stand are left out. */
export function filesOf(batch: Batch): { output?: BatchFile; errors?: BatchFile } {
  const { id, completedLines, failedLines, unfinishedLines } = batch;
  if (isMessageBatch(batch)) {
    return {
      output: { id: batchIdentifiers.resultsFile(id), kind: 'results', which: 'all', lineOf: messageResultLine },
    };
  }
  const output: BatchFile = {
    id: batchIdentifiers.outputFile(id),
    kind: 'output',
    which: 'completed',
    lineOf: outputLine,
  };
  const errors: BatchFile = {
    id: batchIdentifiers.errorFile(id),
    kind: 'errors',
    which: 'not completed',
    lineOf: outputLine,
  };
  return {
    ...(completedLines > 0 ? { output } : {}),
    ...(failedLines + unfinishedLines > 0 ? { errors } : {}),
  };
}
