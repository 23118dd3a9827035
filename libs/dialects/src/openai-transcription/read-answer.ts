import { isUtf8 } from 'node:buffer';
import type { Usage } from '#libs/contracts';
import type { AnswerFacts } from '../caller-dialect.js';
import { isRecord, readJsonAnswer } from '../json-operation/read-json-answer.js';
import { readInputOutputUsage } from '../openai-images/read-answer.js';

const JSON_TYPE = /^\s*application\/(?:[\w.-]+\+)?json\b/i;
/** A week: more cannot be true of one file. */
const MOST_SECONDS = 604_800;
/** A page of an error answered with status 200. */
const MARKUP = /^\s*(?:text\/html|application\/(?:xml|xhtml))/i;

/** Reads a transcript: JSON, or the text itself (plain, SRT or WebVTT). Models paid by the minute tell the audio's length, in JSON. */
export function readTranscriptionAnswer(body: Uint8Array, contentType: string): AnswerFacts | undefined {
  if (JSON_TYPE.test(contentType)) {
    const wire = readJsonAnswer(body);
    if (typeof wire?.text !== 'string') return undefined;
    const usage = readUsage(wire);
    return { ...(usage ? { usage } : {}), characters: wire.text.length };
  }
  if (MARKUP.test(contentType) || !isUtf8(body)) return undefined;
  return { characters: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').length };
}

function readUsage(wire: Readonly<Record<string, unknown>>): Usage | undefined {
  const tokens = readInputOutputUsage(wire.usage);
  const audioMilliseconds = readLength(wire);
  if (!tokens && audioMilliseconds === undefined) return undefined;
  return {
    ...(tokens ?? { promptTokens: 0, completionTokens: 0 }),
    ...(audioMilliseconds === undefined ? {} : { audioMilliseconds }),
  };
}

/** What is billed goes first: OpenAI's `usage.seconds`, Mistral's `prompt_audio_seconds`; else the length of a verbose transcript. */
function readLength({ usage, duration }: Readonly<Record<string, unknown>>): number | undefined {
  const { seconds, prompt_audio_seconds: promptSeconds } = isRecord(usage) ? usage : {};
  // OpenAI's older transcripts tell the length as text.
  const told =
    seconds ?? promptSeconds ?? (typeof duration === 'string' && duration !== '' ? Number(duration) : duration);
  if (typeof told !== 'number' || !(told >= 0 && told <= MOST_SECONDS)) return undefined;
  return Math.round(told * 1_000);
}
