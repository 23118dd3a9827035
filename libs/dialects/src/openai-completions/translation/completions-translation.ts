import type { Translation } from '../../translation/translation.js';
import { encodeCompletion } from './encode-answer.js';
import { readCompletionRequest } from './read-request.js';
import { CompletionStreamEncoder } from './stream-encoder.js';

/** The way from legacy Completions to models of chat, and back. */
export const completionsTranslation: Translation = {
  readRequest: readCompletionRequest,
  encodeAnswer: encodeCompletion,
  streamEncoder: (context) => new CompletionStreamEncoder(context),
};
