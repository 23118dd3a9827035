import type { CallerDialect } from '../caller-dialect.js';
import { estimateTokens } from '../json-operation/estimate-tokens.js';
import { defineJsonOperation } from '../json-operation/json-operation.js';
import { likelySpeechMilliseconds } from './likely-speech.js';
import { readSpeechAnswer } from './read-answer.js';
import { speechRequestSchema } from './request-schema.js';

/** OpenAI speech (`POST /v1/audio/speech`) as a dialect of callers. Its answers are audio, and billed by the text or by their length. */
export const speechDialect: CallerDialect = defineJsonOperation({
  name: 'openai-speech',
  operation: 'speech',
  schema: speechRequestSchema,
  estimateTokens: ({ members }) => estimateTokens(members, ['input', 'instructions']),
  // As providers count them: not the units of UTF-16, of which some characters have two.
  unitsOf: ({ input, speed }) => ({
    characters: Array.from(input).length,
    audioMilliseconds: likelySpeechMilliseconds(input, speed ?? 1),
  }),
  readAnswer: readSpeechAnswer,
});
