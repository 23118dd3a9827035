import { Injectable } from '@nestjs/common';
import { Consumer } from '#libs/contracts';
import { Database, storableText } from '#libs/storage';
import type { PricedEvent } from './charge.policy.js';
import { FURTHER_TOKENS, UNITS, usedOf } from './further-usage.policy.js';

const CHARGE_COLUMNS = `request_id, organization, project, key, model, lane, outcome,
  prompt_tokens, completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens, further_usage, cost_nano_usd,
  batch_id, line`;
const LINE_COLUMNS = `request_id, attempt, provider, model, price_version,
  prompt_tokens, completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens, reasoning_tokens, further_tokens,
  units, usage_basis, cost_nano_usd`;

/**
 * Inbox row, charge and lines of every event in one statement, hence one transaction and one round trip. A request that has
 * its inbox row already gets nothing more. Lines come as a parameter of their own: taken out of the charges' JSON they cost
 * a tenth more.
 */
const RECORD = `
WITH given AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1) AS given(
    request_id text, organization text, project text, key text, model text, lane text, outcome text,
    prompt_tokens bigint, completion_tokens bigint, cached_prompt_tokens bigint, cache_write_prompt_tokens bigint,
    further_usage jsonb, cost_nano_usd bigint, batch_id text, line integer, ended_at_milliseconds double precision)
), fresh AS (
  INSERT INTO billing.inbox (consumer, message_id)
  SELECT '${Consumer.billing.name}', request_id FROM given
  ON CONFLICT DO NOTHING RETURNING message_id
), charged AS (
  INSERT INTO billing.charges (${CHARGE_COLUMNS}, ended_at)
  SELECT ${CHARGE_COLUMNS}, to_timestamp(ended_at_milliseconds / 1000)
  FROM given JOIN fresh ON message_id = request_id
), lined AS (
  INSERT INTO billing.charge_lines (${LINE_COLUMNS})
  SELECT ${LINE_COLUMNS} FROM json_to_recordset($2) AS line(
    request_id text, attempt integer, provider text, model text, price_version text,
    prompt_tokens bigint, completion_tokens bigint, cached_prompt_tokens bigint, cache_write_prompt_tokens bigint,
    reasoning_tokens bigint, further_tokens jsonb, units jsonb, usage_basis text, cost_nano_usd bigint)
  JOIN fresh ON message_id = request_id
)
SELECT request_id FROM given WHERE NOT EXISTS (SELECT FROM fresh WHERE message_id = request_id)`;

@Injectable()
export class ChargesRepository {
  constructor(private readonly database: Database) {}

  /** Records charges of different requests, all or none; returns the ids of requests that were charged before. */
  async record(events: readonly PricedEvent[]): Promise<string[]> {
    // In one order everywhere, so that two processes that were given the same messages cannot lock each other out.
    const sorted = events.toSorted((left, right) => (left.event.requestId < right.event.requestId ? -1 : 1));
    const rows = await this.database.query<{ request_id: string }>(RECORD, [
      JSON.stringify(sorted.map(chargeRow)),
      JSON.stringify(sorted.flatMap(lineRows)),
    ]);
    return rows.map((row) => row.request_id);
  }
}

function chargeRow({ event, ...sums }: PricedEvent) {
  return {
    request_id: event.requestId,
    organization: event.organization,
    project: event.project,
    key: event.key,
    model: storableText(event.model),
    lane: event.lane,
    outcome: event.outcome,
    prompt_tokens: sums.promptTokens,
    completion_tokens: sums.completionTokens,
    cached_prompt_tokens: sums.cachedPromptTokens,
    cache_write_prompt_tokens: sums.cacheWritePromptTokens,
    further_usage: sums.furtherUsage,
    cost_nano_usd: sums.costNanoUsd.toString(),
    ...(event.job && 'batchId' in event.job ? { batch_id: event.job.batchId, line: event.job.line } : {}),
    ended_at_milliseconds: event.endedAt,
  };
}

function lineRows({ event, lines }: PricedEvent) {
  return lines.map(({ usage, ...line }) => ({
    request_id: event.requestId,
    attempt: line.attempt,
    provider: line.provider,
    model: storableText(line.model),
    price_version: line.priceVersion,
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    cached_prompt_tokens: usage.cachedPromptTokens ?? 0,
    cache_write_prompt_tokens: usage.cacheWritePromptTokens ?? 0,
    reasoning_tokens: usage.reasoningTokens ?? 0,
    further_tokens: usedOf(usage, FURTHER_TOKENS),
    units: usedOf(usage, UNITS),
    usage_basis: line.usageBasis,
    cost_nano_usd: line.costNanoUsd.toString(),
  }));
}
