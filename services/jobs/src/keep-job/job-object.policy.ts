import type { JobObject, QueueHold } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';
import type { Job } from './job.js';

/** When the turn of a job comes, and what holds it back. */
export interface QueuePlace {
  /** How many requests go before it; undefined for one that is under way. */
  readonly position: number | undefined;
  /** Undefined where the speed of its queue is not known. */
  readonly secondsLeft: number | undefined;
  /** What holds the work of its project back now; of a job under way, that none of its providers can be called. */
  readonly heldBy?: QueueHold | null;
}

/** A job as `/v1/jobs` shows it. `place` is that of a job that is queued or under way, `now` in milliseconds since the epoch. */
export function toJobObject(job: Job, place: QueuePlace | undefined, now: number): JobObject {
  const waits = job.status === 'queued' ? place : undefined;
  const heldBy = waits?.heldBy ?? (job.status === 'in_progress' ? place?.heldBy : undefined);
  const self = `/v1/jobs/${job.id}`;
  return {
    id: job.id,
    object: 'job',
    status: job.status,
    endpoint: job.endpoint,
    model: job.model,
    stream: job.isStreamed,
    request_id: job.requestId,
    response_id: job.responseId,
    created_at: seconds(job.createdAt),
    run_at: job.isScheduled ? seconds(job.runAt) : null,
    started_at: secondsOrNull(job.startedAt),
    cancelling_at: secondsOrNull(job.cancellingAt),
    ended_at: secondsOrNull(job.endedAt),
    expires_at: seconds(job.expiresAt),
    result_expires_at: secondsOrNull(job.resultExpiresAt),
    result_status: job.resultStatus,
    error: job.errorCode === null ? null : { code: job.errorCode, message: job.errorMessage ?? '' },
    usage: usageOf(job),
    cost_usd: job.costNanoUsd === null ? null : formatUsd(job.costNanoUsd),
    queue_position: waits?.position ?? null,
    estimated_start_at: job.status === 'scheduled' ? seconds(job.runAt) : estimatedStart(waits, now),
    held_by: heldBy ?? null,
    links: {
      self,
      result: `${self}/result`,
      cancel: `${self}/cancel`,
      ...(job.isStreamed ? { stream: `/v1/requests/${job.requestId}/stream` } : {}),
    },
  };
}

function estimatedStart(place: QueuePlace | undefined, now: number): number | null {
  return place?.secondsLeft === undefined ? null : Math.ceil(now / 1_000 + place.secondsLeft);
}

function usageOf(job: Job): JobObject['usage'] {
  if (job.promptTokens === null || job.completionTokens === null) return null;
  return {
    input_tokens: job.promptTokens,
    input_tokens_details: { cached_tokens: job.cachedPromptTokens ?? 0 },
    output_tokens: job.completionTokens,
    output_tokens_details: { reasoning_tokens: job.reasoningTokens ?? 0 },
    total_tokens: job.promptTokens + job.completionTokens,
  };
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}

function secondsOrNull(time: Date | null): number | null {
  return time && seconds(time);
}
