import type { CallerDialect } from '../caller-dialect.js';
import { spliced } from '../json-operation/replace-model.js';
import { encodeChatError } from '../openai-chat/encode-error.js';
import { readTranscriptionAnswer } from './read-answer.js';
import { readTranscriptionFacts } from './read-facts.js';

/** OpenAI transcription (`POST /v1/audio/transcriptions`): a form with the audio in, text out. */
export const transcriptionDialect = formDialect('openai-transcription');

/** OpenAI translation of speech into English (`POST /v1/audio/translations`), of the same form. */
export const audioTranslationDialect = formDialect('openai-audio-translation');

function formDialect(name: string): CallerDialect {
  return {
    name,
    readFacts: (body, contentType) => readTranscriptionFacts(name, body, contentType),
    providerBody: (body, { spans }, model) => spliced(body, spans.model, model),
    readAnswer: readTranscriptionAnswer,
    encodeError: encodeChatError,
  };
}
