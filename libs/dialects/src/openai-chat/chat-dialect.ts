import type { CallerDialect } from '../caller-dialect.js';
import { ChatContinuation } from './chat-continuation.js';
import { encodeChatError, encodeChatStreamError } from './encode-error.js';
import { CHAT_FIELDS } from './known-fields.js';
import { chatProviderBody } from './provider-body.js';
import { chatPromptText } from './prompt-text.js';
import { readChatAnswer } from './read-answer.js';
import { readChatFacts } from './read-facts.js';
import { ChatStreamReader } from './stream-reader.js';
import { chatTranslation } from './translation/chat-translation.js';

/** OpenAI Chat Completions as a dialect of callers. */
export const chatDialect = {
  name: 'openai-chat',
  knownFields: CHAT_FIELDS,
  readFacts: readChatFacts,
  promptText: chatPromptText,
  providerBody: chatProviderBody,
  readAnswer: readChatAnswer,
  streamReader: ({ usageAsked }) => new ChatStreamReader(usageAsked),
  continuation: (facts) => new ChatContinuation(facts),
  encodeError: encodeChatError,
  encodeStreamError: encodeChatStreamError,
  translation: chatTranslation,
} as const satisfies CallerDialect;
