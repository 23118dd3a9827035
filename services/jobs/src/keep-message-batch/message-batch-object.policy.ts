import type { MessageBatchObject } from '#libs/contracts';
import { nativeShareOf } from '../answer-batches/batch-object.policy.js';
import { isTerminal } from '../keep-batch/batch-state.policy.js';
import type { Batch } from '../keep-batch/batch.js';

type RequestCounts = MessageBatchObject['request_counts'];

/** A batch as Anthropic's API shows it. `resultsKeepMilliseconds` counts from when the batch was made. */
export function toMessageBatchObject(
  batch: Batch,
  { now, resultsKeepMilliseconds }: { now: Date; resultsKeepMilliseconds: number },
): MessageBatchObject {
  const hasEnded = isTerminal(batch.status);
  const archivedAt = new Date(batch.createdAt.getTime() + resultsKeepMilliseconds);
  const isArchived = hasEnded && archivedAt <= now;
  return {
    id: batch.id,
    type: 'message_batch',
    processing_status: hasEnded ? 'ended' : batch.cancellingAt ? 'canceling' : 'in_progress',
    request_counts: hasEnded ? countsOf(batch) : { ...NONE, processing: batch.totalLines },
    created_at: batch.createdAt.toISOString(),
    expires_at: batch.expiresAt.toISOString(),
    ended_at: endedAt(batch)?.toISOString() ?? null,
    cancel_initiated_at: batch.cancellingAt?.toISOString() ?? null,
    archived_at: isArchived ? archivedAt.toISOString() : null,
    // Relative, so that no proxy in front makes it a wrong address; the official clients take it from their base URL.
    results_url: batch.outputFileId !== null && !isArchived ? `/v1/messages/batches/${batch.id}/results` : null,
    ...nativeShareOf(batch),
  };
}

const NONE: RequestCounts = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };

function countsOf(batch: Batch): RequestCounts {
  const { totalLines, completedLines: succeeded, unfinishedLines, endsAs } = batch;
  const canceled = endsAs === 'cancelled' ? unfinishedLines : 0;
  const expired = endsAs === 'expired' ? unfinishedLines : 0;
  return { processing: 0, succeeded, errored: totalLines - succeeded - canceled - expired, canceled, expired };
}

function endedAt({ completedAt, failedAt, expiredAt, cancelledAt }: Batch): Date | null {
  return completedAt ?? failedAt ?? expiredAt ?? cancelledAt;
}
