import type { BatchObject } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';
import type { Batch } from '../keep-batch/batch.js';

/** A batch as OpenAI's API shows it. `cost_usd` is exact: the nano-dollars as decimals. */
export function toBatchObject(batch: Batch): BatchObject {
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    ...(batch.model === null ? {} : { model: batch.model }),
    errors: batch.errors === null ? null : { object: 'list', data: [...batch.errors] },
    input_file_id: batch.inputFileId,
    ...(batch.outputExpiresAfterSeconds === null
      ? {}
      : { output_expires_after: { anchor: 'created_at' as const, seconds: batch.outputExpiresAfterSeconds } }),
    completion_window: batch.completionWindow,
    status: batch.status,
    output_file_id: batch.outputFileId,
    error_file_id: batch.errorFileId,
    created_at: seconds(batch.createdAt),
    in_progress_at: secondsOrNull(batch.inProgressAt),
    expires_at: seconds(batch.expiresAt),
    finalizing_at: secondsOrNull(batch.finalizingAt),
    completed_at: secondsOrNull(batch.completedAt),
    failed_at: secondsOrNull(batch.failedAt),
    expired_at: secondsOrNull(batch.expiredAt),
    cancelling_at: secondsOrNull(batch.cancellingAt),
    cancelled_at: secondsOrNull(batch.cancelledAt),
    request_counts: { total: batch.totalLines, completed: batch.completedLines, failed: batch.failedLines },
    usage: {
      input_tokens: batch.promptTokens,
      input_tokens_details: { cached_tokens: batch.cachedPromptTokens },
      output_tokens: batch.completionTokens,
      output_tokens_details: { reasoning_tokens: batch.reasoningTokens },
      total_tokens: batch.promptTokens + batch.completionTokens,
    },
    cost_usd: formatUsd(batch.costNanoUsd),
    ...nativeShareOf(batch),
    metadata: batch.metadata,
  };
}

/** What of a batch went to batch APIs of providers; nothing for one that did not. */
export function nativeShareOf({ nativeLines, savedNanoUsd }: Batch): Pick<BatchObject, 'switchyard'> {
  if (nativeLines === 0 && savedNanoUsd === 0n) return {};
  return { switchyard: { native_lines: nativeLines, savings_usd: formatUsd(savedNanoUsd) } };
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}

function secondsOrNull(time: Date | null): number | null {
  return time && seconds(time);
}
