import { Injectable } from '@nestjs/common';
import { Database, RowsParameter, storableText, type PreparedStatement } from '#libs/storage';
import type { LineResult } from './line-result.policy.js';

/** How a batch stands after results were stored. */
export interface BatchProgress {
  readonly batchId: string;
  /** The model of all of its lines; null where they name several. */
  readonly model: string | null;
  readonly stored: number;
  /** What those that were stored now have saved. */
  readonly savedNanoUsd: string;
  readonly endedLines: number;
  readonly totalLines: number;
}

/** Rows of `jobs.batch_results`, and beside them whose they say they are. */
const RESULTS = new RowsParameter<LineResult>([
  ['batch_id', 'text', ({ batchId }) => batchId],
  ['line', 'integer', ({ line }) => line],
  ['organization', 'text', ({ organization }) => organization],
  ['project', 'text', ({ project }) => project],
  ['request_id', 'text', ({ requestId }) => requestId],
  ['outcome', 'text', ({ outcome }) => outcome],
  ['status_code', 'integer', ({ statusCode }) => statusCode],
  ['answer', 'text', ({ answer }) => storable(answer)],
  ['error_code', 'text', ({ errorCode }) => storable(errorCode)],
  ['error_message', 'text', ({ errorMessage }) => storable(errorMessage)],
  ['prompt_tokens', 'integer', ({ promptTokens }) => promptTokens],
  ['cached_prompt_tokens', 'integer', ({ cachedPromptTokens }) => cachedPromptTokens],
  ['completion_tokens', 'integer', ({ completionTokens }) => completionTokens],
  ['reasoning_tokens', 'integer', ({ reasoningTokens }) => reasoningTokens],
  ['cost_nano_usd', 'bigint', ({ costNanoUsd }) => BigInt(costNanoUsd)],
  ['saved_nano_usd', 'bigint', ({ savedNanoUsd }) => (savedNanoUsd === undefined ? 0 : BigInt(savedNanoUsd))],
  ['providers', 'text', ({ providers }) => providers],
]);

/**
 * Stores many results and counts them on their batches in one statement, which is one transaction. The batch rows are locked
 * first and in order, so that two processes cannot wait for each other. A line that has its result already, that is not of
 * that batch or of one whose lines are dropped, or whose tenant is another's, is neither stored nor counted: repeated and forged events change nothing.
 */
const STORE: PreparedStatement = {
  name: 'store-line-results',
  text: `
  WITH incoming AS MATERIALIZED (
    SELECT * FROM ${RESULTS.source('result', 1)}
  ), locked AS MATERIALIZED (
    SELECT id, organization, project, offered_lines FROM jobs.batches
    WHERE id IN (SELECT batch_id FROM incoming) AND lines_closed_at IS NULL ORDER BY id FOR UPDATE
  ), stored AS (
    INSERT INTO jobs.batch_results (batch_id, line, request_id, outcome, status_code, answer, error_code, error_message,
      prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nano_usd, saved_nano_usd, providers)
    SELECT batch_id, line, request_id, outcome, status_code, answer, error_code, error_message,
      prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nano_usd, saved_nano_usd, providers
    FROM incoming JOIN locked ON locked.id = incoming.batch_id AND locked.organization = incoming.organization
      AND locked.project = incoming.project AND (incoming.line BETWEEN 1 AND locked.offered_lines
        OR EXISTS (SELECT FROM jobs.native_lines n WHERE n.batch_id = locked.id AND n.line = incoming.line))
    ON CONFLICT DO NOTHING
    RETURNING batch_id, outcome, prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nano_usd,
      saved_nano_usd
  ), sums AS (
    SELECT batch_id, count(*)::integer AS stored, (count(*) FILTER (WHERE outcome = 'completed'))::integer AS completed,
      (count(*) FILTER (WHERE outcome IN ('cancelled', 'expired')))::integer AS unfinished,
      sum(prompt_tokens) AS prompt, sum(cached_prompt_tokens) AS cached, sum(completion_tokens) AS completion,
      sum(reasoning_tokens) AS reasoning, sum(cost_nano_usd) AS cost,
      sum(saved_nano_usd) AS saved
    FROM stored GROUP BY batch_id
  )
  UPDATE jobs.batches b SET completed_lines = b.completed_lines + s.completed,
    failed_lines = b.failed_lines + s.stored - s.completed - s.unfinished,
    unfinished_lines = b.unfinished_lines + s.unfinished,
    prompt_tokens = b.prompt_tokens + s.prompt, cached_prompt_tokens = b.cached_prompt_tokens + s.cached,
    completion_tokens = b.completion_tokens + s.completion, reasoning_tokens = b.reasoning_tokens + s.reasoning,
    cost_nano_usd = b.cost_nano_usd + s.cost, saved_nano_usd = b.saved_nano_usd + s.saved
  FROM sums s WHERE b.id = s.batch_id
  RETURNING b.id AS "batchId", b.model, s.saved AS "savedNanoUsd", s.stored, b.total_lines AS "totalLines",
    b.completed_lines + b.failed_lines + b.unfinished_lines AS "endedLines"`,
};

/** Rows of `jobs.batch_results`, written from terminal events. */
@Injectable()
export class LineResultRepository {
  constructor(private readonly database: Database) {}

  /** The batches on which something was counted. */
  async store(results: readonly LineResult[]): Promise<BatchProgress[]> {
    return this.database.queryPrepared<BatchProgress>(STORE, RESULTS.values(results));
  }
}

function storable(text: string | null): string | null {
  return text === null ? null : storableText(text);
}
