import {
  guardVerdictSchema,
  type AuditEntry,
  type AuditNoteEntry,
  type Caller,
  type ChargeRecord,
  type GuardVerdict,
  type Usage,
} from '#libs/contracts';
import { z } from 'zod';
import type { KnownRequest } from './read-request.handler.js';
import { formatUsd } from '#libs/pricing';
import { decisionRecord, factsRecord } from './decision-record.js';
import { inSnakeCase } from './snake-case.js';
import { unitsOf } from './units-of.js';
import { visibleDecision } from './visible-decision.policy.js';

/** Everything known of one request, in the API's own form: decision with reasons, attempts, usage, cost and timings, as far as the caller may see it. */
export function requestRecord({ entry, notes, charge }: KnownRequest, caller: Caller): Record<string, unknown> {
  const { event } = entry;
  const guards = [...(event.guards ?? []), ...verdictsOnAnswer(notes)];
  return {
    id: event.requestId,
    object: 'request',
    outcome: event.outcome,
    organization: event.organization,
    project: event.project,
    key: event.key,
    key_id: event.keyId ?? null,
    lane: event.lane,
    model: event.model,
    stream: event.stream,
    ...(event.endUser === undefined ? {} : { user: event.endUser }),
    ...partOf(event.job),
    ...(event.cachedFrom === undefined ? {} : { cached_from: event.cachedFrom }),
    ...(event.shadowOf === undefined ? {} : { shadow_of: event.shadowOf }),
    finish_reason: event.finishReason ?? null,
    error: event.error ? inSnakeCase(event.error) : null,
    decision: event.decision ? decisionRecord(visibleDecision(event.decision, caller)) : null,
    facts: event.facts ? factsRecord(event.facts) : null,
    ...(guards.length > 0 || event.guards ? { guards: guards.map((guard) => inSnakeCase(guard)) } : {}),
    ...(event.payload === undefined ? {} : { payload: { keep: event.payload } }),
    attempts: event.attempts.map(attemptOf),
    usage: charge ? usageOf(charge) : null,
    cost: charge ? costOf(charge) : null,
    timings: {
      received_at: new Date(event.receivedAt).toISOString(),
      ended_at: new Date(event.endedAt).toISOString(),
      first_byte_ms: event.firstByteMilliseconds ?? null,
      total_ms: event.endedAt - event.receivedAt,
    },
    audit: {
      sequence: entry.sequence,
      hash: entry.hash,
      related: notes.map(({ sequence, type, hash }) => ({ sequence, type, hash })),
    },
  };
}

/** Of the answer of somebody who waited: what guards say of it comes after the event of the request. */
function verdictsOnAnswer(notes: readonly AuditNoteEntry[]): GuardVerdict[] {
  return notes
    .filter(({ type }) => type === 'answer.guarded')
    .flatMap(({ note }) => z.array(guardVerdictSchema).catch([]).parse(note.detail?.['guards']));
}

function attemptOf(attempt: AuditEntry['event']['attempts'][number]): Record<string, unknown> {
  return {
    provider: attempt.provider,
    model: attempt.model,
    outcome: attempt.outcome,
    ...(attempt.role === undefined ? {} : { role: attempt.role }),
    error: errorOf(attempt),
    status: attempt.status ?? null,
    upstream_id: attempt.upstreamId ?? null,
    started_at: new Date(attempt.startedAt).toISOString(),
    first_byte_ms: attempt.firstByteMilliseconds ?? null,
    duration_ms: attempt.durationMilliseconds,
    usage: attempt.usage
      ? {
          ...countsOf([attempt.usage]),
          basis: attempt.usageBasis,
        }
      : null,
    warnings: attempt.warnings ?? [],
    price_version: attempt.priceVersion,
  };
}

/** Of what a provider said there is the hash alone: the words may quote the prompt. */
function errorOf({
  errorClass,
  errorMessage,
  providerMessage,
}: AuditEntry['event']['attempts'][number]): object | null {
  if (!errorClass) return null;
  const said = providerMessage ? { provider_message: providerMessage } : {};
  return { class: errorClass, message: errorMessage ?? '', ...said };
}

/** Of what the caller pays for. */
function usageOf({ lines }: ChargeRecord): Record<string, number> {
  return countsOf(lines.filter(({ payer }) => payer !== 'platform').map(({ usage }) => usage));
}

/** Counts of tokens, which are always there, and of what is not paid by tokens, where there was some. */
function countsOf(usages: readonly Usage[]): Record<string, number> {
  const sum = (name: keyof Usage): number => usages.reduce((total, usage) => total + (usage[name] ?? 0), 0);
  return {
    prompt_tokens: sum('promptTokens'),
    completion_tokens: sum('completionTokens'),
    cached_prompt_tokens: sum('cachedPromptTokens'),
    cache_write_prompt_tokens: sum('cacheWritePromptTokens'),
    reasoning_tokens: sum('reasoningTokens'),
    ...unitsOf(sum),
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
      payer: line.payer ?? 'caller',
    })),
  };
}

/** Of what larger thing the request is the work. */
function partOf(job: AuditEntry['event']['job']): object {
  if (!job) return {};
  if ('jobId' in job) return { job: { id: job.jobId } };
  return { batch: { id: job.batchId, line: job.line, custom_id: job.customId } };
}
