import { encodeChatError, encodeChatStreamError } from './encode-error.js';
import { readChatFacts } from './read-facts.js';

/** OpenAI Chat Completions as a dialect of callers. */
export const chatDialect = {
  name: 'openai-chat',
  readFacts: readChatFacts,
  encodeError: encodeChatError,
  encodeStreamError: encodeChatStreamError,
} as const;
