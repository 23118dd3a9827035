import type { AnswerFacts } from '../caller-dialect.js';
import { isListOfRecords, isRecord, readJsonAnswer } from '../json-operation/read-json-answer.js';
import { readTokenCount } from '../json-operation/read-token-count.js';

/** Reads an answer with embeddings, as numbers or as base64. Undefined for bytes that are none. */
export function readEmbeddingsAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = readJsonAnswer(body);
  if (!isListOfRecords(wire?.data)) return undefined;
  if (!wire.data.every(({ embedding }) => Array.isArray(embedding) || typeof embedding === 'string')) return undefined;
  const usage = isRecord(wire.usage) ? wire.usage : {};
  const promptTokens = readTokenCount(usage.prompt_tokens ?? usage.total_tokens);
  return {
    ...(typeof wire.id === 'string' ? { upstreamId: wire.id.slice(0, 200) } : {}),
    ...(promptTokens === undefined ? {} : { usage: { promptTokens, completionTokens: 0 } }),
    characters: 0,
  };
}
