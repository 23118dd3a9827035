import type { AnswerFacts } from '../caller-dialect.js';
import { isListOfRecords, readJsonAnswer } from '../json-operation/read-json-answer.js';

/** Reads an answer to a moderation request; such answers report no usage. Undefined for bytes that are none. */
export function readModerationsAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = readJsonAnswer(body);
  if (!isListOfRecords(wire?.results)) return undefined;
  if (!wire.results.every(({ flagged }) => typeof flagged === 'boolean')) return undefined;
  return { ...(typeof wire.id === 'string' ? { upstreamId: wire.id.slice(0, 200) } : {}), characters: 0 };
}
