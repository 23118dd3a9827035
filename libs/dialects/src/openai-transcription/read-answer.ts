import { isUtf8 } from 'node:buffer';
import type { AnswerFacts } from '../caller-dialect.js';
import { readJsonAnswer } from '../json-operation/read-json-answer.js';
import { readInputOutputUsage } from '../openai-images/read-answer.js';

const JSON_TYPE = /^\s*application\/(?:[\w.-]+\+)?json\b/i;
/** A page of an error answered with status 200. */
const MARKUP = /^\s*(?:text\/html|application\/(?:xml|xhtml))/i;

/** Reads a transcript: JSON, or the text itself (plain, SRT or WebVTT). Models paid by the minute report no tokens. */
export function readTranscriptionAnswer(body: Uint8Array, contentType: string): AnswerFacts | undefined {
  if (JSON_TYPE.test(contentType)) {
    const wire = readJsonAnswer(body);
    if (typeof wire?.text !== 'string') return undefined;
    const usage = readInputOutputUsage(wire.usage);
    return { ...(usage ? { usage } : {}), characters: wire.text.length };
  }
  if (MARKUP.test(contentType) || !isUtf8(body)) return undefined;
  return { characters: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').length };
}
