import type { Translation } from '../../translation/translation.js';
import { encodeChatAnswer } from './encode-answer.js';
import { readChatRequest } from './read-request.js';
import { ChatStreamEncoder } from './stream-encoder.js';

/** The way from Chat Completions to models of other dialects, and back. */
export const chatTranslation: Translation = {
  readRequest: readChatRequest,
  encodeAnswer: encodeChatAnswer,
  streamEncoder: (context) => new ChatStreamEncoder(context),
};
