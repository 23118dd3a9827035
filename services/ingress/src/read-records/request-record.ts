import type { AuditEntry, ChargeRecord } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';

/** Everything known of one request, in the API's own form: decision with reasons, attempts, usage, cost and timings. */
export function requestRecord(entry: AuditEntry, charge: ChargeRecord | null): Record<string, unknown> {
  const { event } = entry;
  return {
    id: event.requestId,
    object: 'request',
    outcome: event.outcome,
    organization: event.organization,
    project: event.project,
    key: event.key,
    lane: event.lane,
    model: event.model,
    stream: event.stream,
    ...(event.endUser === undefined ? {} : { user: event.endUser }),
    ...(event.job ? { batch: { id: event.job.batchId, line: event.job.line, custom_id: event.job.customId } } : {}),
    finish_reason: event.finishReason ?? null,
    error: event.error ?? null,
    decision: event.decision
      ? {
          configuration_revision: event.decision.snapshotRevision,
          strategy: event.decision.strategy,
          candidates: event.decision.candidates,
        }
      : null,
    attempts: event.attempts.map(attemptOf),
    usage: charge ? usageOf(charge) : null,
    cost: charge ? costOf(charge) : null,
    timings: {
      received_at: new Date(event.receivedAt).toISOString(),
      ended_at: new Date(event.endedAt).toISOString(),
      first_byte_ms: event.firstByteMilliseconds ?? null,
      total_ms: event.endedAt - event.receivedAt,
    },
    audit: { sequence: entry.sequence, hash: entry.hash },
  };
}

function attemptOf(attempt: AuditEntry['event']['attempts'][number]): Record<string, unknown> {
  return {
    provider: attempt.provider,
    model: attempt.model,
    outcome: attempt.outcome,
    error: attempt.errorClass ? { class: attempt.errorClass, message: attempt.errorMessage ?? '' } : null,
    status: attempt.status ?? null,
    upstream_id: attempt.upstreamId ?? null,
    started_at: new Date(attempt.startedAt).toISOString(),
    first_byte_ms: attempt.firstByteMilliseconds ?? null,
    duration_ms: attempt.durationMilliseconds,
    usage: attempt.usage
      ? {
          prompt_tokens: attempt.usage.promptTokens,
          completion_tokens: attempt.usage.completionTokens,
          cached_prompt_tokens: attempt.usage.cachedPromptTokens ?? 0,
          cache_write_prompt_tokens: attempt.usage.cacheWritePromptTokens ?? 0,
          reasoning_tokens: attempt.usage.reasoningTokens ?? 0,
          basis: attempt.usageBasis,
        }
      : null,
    price_version: attempt.priceVersion,
  };
}

function usageOf({ lines }: ChargeRecord): Record<string, number> {
  const sum = (count: (line: ChargeRecord['lines'][number]) => number) =>
    lines.reduce((total, line) => total + count(line), 0);
  return {
    prompt_tokens: sum(({ usage }) => usage.promptTokens),
    completion_tokens: sum(({ usage }) => usage.completionTokens),
    cached_prompt_tokens: sum(({ usage }) => usage.cachedPromptTokens ?? 0),
    cache_write_prompt_tokens: sum(({ usage }) => usage.cacheWritePromptTokens ?? 0),
    reasoning_tokens: sum(({ usage }) => usage.reasoningTokens ?? 0),
  };
}

function costOf({ costNanoUsd, lines }: ChargeRecord): Record<string, unknown> {
  return {
    usd: formatUsd(BigInt(costNanoUsd)),
    nano_usd: costNanoUsd,
    lines: lines.map((line) => ({
      provider: line.provider,
      model: line.model,
      price_version: line.priceVersion,
      usage_basis: line.usageBasis,
      nano_usd: line.costNanoUsd,
    })),
  };
}
