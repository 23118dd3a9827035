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

/** A process that takes longer for one step has lost its lease on it. */
const LONGEST_STEP_MILLISECONDS = 10_000;

/**
 * What to do next with a batch. `settle`: give every line that has no result one (`cancelled` or `expired`) and fix how the
 * batch ends; `write-files`: every line has its result; `wait`: something else has to happen first.
 */
export type BatchStep = 'validate' | 'settle' | 'write-files' | 'wait' | 'none';

/** What the decision depends on besides the batch. */
export interface BatchCircumstances {
  readonly now: Date;
  readonly cancelGraceMilliseconds: number;
  /** What was on its way before this time has its result or was lost; undefined where nothing is known yet. */
  readonly passedBefore: Date | undefined;
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

/** How a batch ends that is settled now. One is complete where every line was tried, whatever came of it. */
export function endingOf(batch: Batch): 'completed' | 'expired' | 'cancelled' {
  if (batch.status === 'cancelling') return 'cancelled';
  return batch.completedLines + batch.failedLines >= batch.totalLines ? 'completed' : 'expired';
}

/**
 * Whether the lines of a closed batch that were published and have no result were lost: all that was on its way when they
 * were has arrived. Of a step that was begun and never noted as done, all that is known is that it was begun before the batch
 * was closed; it may have taken a while.
 */
export function hasLostLines(batch: Batch, passedBefore: Date | undefined): boolean {
  const { offeredLines, publishedLines, publishedAt, sweptAt, nativeLines } = batch;
  // What is at a provider moves in no stream of ours.
  if (nativeLines > 0) return false;
  const times = [publishedAt, sweptAt, offeredLines > publishedLines ? afterLastStep(batch) : null];
  return passedBefore !== undefined && times.every((time) => time === null || passedBefore > time);
}

/** A batch that was cancelled or expired waits for what is under way: until that has ended, was lost, or took too long. */
function isWaitingOver(batch: Batch, { now, cancelGraceMilliseconds, passedBefore }: BatchCircumstances): boolean {
  return (
    (batch.nativeLines === 0 && endedLines(batch) >= batch.offeredLines - batch.returnedLines - batch.asideLines) ||
    now.getTime() - closedAt(batch).getTime() >= cancelGraceMilliseconds ||
    hasLostLines(batch, passedBefore)
  );
}

/** By when a step that was begun before the batch was closed has put its lines on their way, or never will. */
function afterLastStep(batch: Batch): Date {
  return new Date(closedAt(batch).getTime() + LONGEST_STEP_MILLISECONDS);
}

/** From when on no step of lines is begun. */
function closedAt({ cancellingAt, expiresAt }: Batch): Date {
  return cancellingAt ?? expiresAt;
}
