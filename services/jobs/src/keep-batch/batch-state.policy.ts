import type { BatchStatus } from '#libs/contracts';
import { endedLines, type Batch } from './batch.js';

/** Where a batch may go from each state. Nothing leaves a state without an entry of its own. */
export const batchEdges: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  validating: ['in_progress', 'failed', 'cancelling'],
  in_progress: ['finalizing', 'cancelling'],
  finalizing: ['completed', 'expired'],
  cancelling: ['cancelled'],
  failed: [],
  completed: [],
  expired: [],
  cancelled: [],
};

/** The states from which a batch may come to `target`. */
export function statesBefore(target: BatchStatus): readonly BatchStatus[] {
  return batchStates.filter((state) => batchEdges[state].includes(target));
}

export const batchStates: readonly BatchStatus[] = [
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
];

export function isTerminal(state: BatchStatus): boolean {
  return batchEdges[state].length === 0;
}

/**
 * What to do next with a batch. `settle`: give every line that has no result one (`cancelled` or `expired`) and fix how the
 * batch ends; `write-files`: every line has its result; `wait`: something else has to happen first.
 */
export type BatchStep = 'validate' | 'settle' | 'write-files' | 'wait' | 'none';

/** What the decision depends on besides the batch. */
export interface BatchCircumstances {
  readonly now: Date;
  readonly cancelGraceMilliseconds: number;
  /** Since when nothing has been on its way between jobs, router and workers; undefined while something is. */
  readonly quietSince: Date | undefined;
}

/** The next step, from the batch's row alone: any process can take over at any moment. */
export function nextStep(batch: Batch, circumstances: BatchCircumstances): BatchStep {
  switch (batch.status) {
    case 'validating':
      return 'validate';
    case 'in_progress':
      if (endedLines(batch) >= batch.totalLines) return 'settle';
      if (batch.expiresAt <= circumstances.now) return isWaitingOver(batch, circumstances) ? 'settle' : 'wait';
      return 'wait';
    case 'finalizing':
      return 'write-files';
    case 'cancelling':
      if (batch.endsAs) return 'write-files';
      return isWaitingOver(batch, circumstances) ? 'settle' : 'wait';
    case 'failed':
    case 'completed':
    case 'expired':
    case 'cancelled':
      break;
  }
  return 'none';
}

/** How a batch ends that is settled now. */
export function endingOf(batch: Batch): 'completed' | 'expired' | 'cancelled' {
  if (batch.status === 'cancelling') return 'cancelled';
  return endedLines(batch) >= batch.totalLines ? 'completed' : 'expired';
}

/**
 * Whether the lines of a closed batch that were published and have no result were lost: everything has been quiet since they
 * were. Of a step that was begun and never noted as done, all that is known is that it was begun before the batch was closed.
 */
export function hasLostLines(batch: Batch, quietSince: Date | undefined): boolean {
  const { offeredLines, publishedLines, publishedAt, sweptAt } = batch;
  const times = [publishedAt, sweptAt, offeredLines > publishedLines ? closedAt(batch) : null];
  return quietSince !== undefined && times.every((time) => time === null || quietSince > time);
}

/** A batch that was cancelled or expired waits for what is under way: until that has ended, was lost, or took too long. */
function isWaitingOver(batch: Batch, { now, cancelGraceMilliseconds, quietSince }: BatchCircumstances): boolean {
  return (
    endedLines(batch) >= batch.offeredLines ||
    now.getTime() - closedAt(batch).getTime() >= cancelGraceMilliseconds ||
    hasLostLines(batch, quietSince)
  );
}

/** From when on no step of lines is begun. */
function closedAt({ cancellingAt, expiresAt }: Batch): Date {
  return cancellingAt ?? expiresAt;
}
