import type { Usage } from '#libs/contracts';
import type { AnswerFacts } from '../caller-dialect.js';
import { isRecord, readJsonAnswer } from '../json-operation/read-json-answer.js';
import { readTokenCount } from '../json-operation/read-token-count.js';

/**
 * Reads a ranking. Tokens stand in `meta` in Cohere's form (which bills by searches, told beside them, and often tells no
 * tokens) and in `usage` in that of others.
 */
export function readRerankAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = readJsonAnswer(body);
  if (!wire || !Array.isArray(wire.results) || !wire.results.every(isResult)) return undefined;
  const usage = readUsage(wire);
  return {
    ...(typeof wire.id === 'string' ? { upstreamId: wire.id.slice(0, 200) } : {}),
    ...(usage ? { usage } : {}),
    characters: 0,
  };
}

function isResult(value: unknown): boolean {
  return isRecord(value) && Number.isSafeInteger(value.index) && typeof value.relevance_score === 'number';
}

function readUsage(wire: Readonly<Record<string, unknown>>): Usage | undefined {
  const promptTokens = readPromptTokens(wire);
  const { billed_units: billed } = isRecord(wire.meta) ? wire.meta : {};
  const searches = isRecord(billed) ? readTokenCount(billed.search_units) : undefined;
  if (promptTokens === undefined && searches === undefined) return undefined;
  return { promptTokens: promptTokens ?? 0, completionTokens: 0, ...(searches === undefined ? {} : { searches }) };
}

function readPromptTokens({ usage, meta }: Readonly<Record<string, unknown>>): number | undefined {
  if (isRecord(usage)) return readTokenCount(usage.prompt_tokens ?? usage.total_tokens);
  if (!isRecord(meta)) return undefined;
  const { tokens, billed_units: billed } = meta;
  if (isRecord(tokens)) return readTokenCount(tokens.input_tokens);
  return isRecord(billed) ? readTokenCount(billed.input_tokens) : undefined;
}
