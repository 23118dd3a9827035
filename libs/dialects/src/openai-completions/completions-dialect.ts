import type { CallerDialect } from '../caller-dialect.js';
import { COMPLETIONS_FIELDS } from './known-fields.js';
import { encodeChatError, encodeChatStreamError } from '../openai-chat/encode-error.js';
import { chatProviderBody } from '../openai-chat/provider-body.js';
import { readChatAnswer } from '../openai-chat/read-answer.js';
import { ChatStreamReader } from '../openai-chat/stream-reader.js';
import { completionPromptText } from './prompt-text.js';
import { readCompletionFacts } from './read-facts.js';
import { completionsTranslation } from './translation/completions-translation.js';

/** OpenAI's legacy Completions as a dialect of callers. Its envelopes are those of Chat Completions; choices hold `text`. */
export const completionsDialect = {
  name: 'openai-completions',
  knownFields: COMPLETIONS_FIELDS,
  readFacts: readCompletionFacts,
  promptText: completionPromptText,
  providerBody: chatProviderBody,
  readAnswer: readChatAnswer,
  streamReader: ({ usageAsked }) => new ChatStreamReader(usageAsked),
  encodeError: encodeChatError,
  encodeStreamError: encodeChatStreamError,
  translation: completionsTranslation,
} as const satisfies CallerDialect;
