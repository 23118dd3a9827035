import type { CallerDialect } from '../caller-dialect.js';
import { encodeMessagesError } from './encode-error.js';
import { PASSED_HEADERS } from './passed-headers.js';
import { messagesProviderBody } from './provider-body.js';
import { readCountTokensAnswer } from './read-answer.js';
import { readCountTokensFacts } from './read-facts.js';

/** Anthropic's counting of a prompt's tokens; for providers that do not count, an estimate by size. */
export const countTokensDialect = {
  name: 'anthropic-count-tokens',
  requestIdHeader: 'request-id',
  passedHeaders: PASSED_HEADERS,
  readFacts: readCountTokensFacts,
  providerBody: messagesProviderBody,
  readAnswer: readCountTokensAnswer,
  encodeError: encodeMessagesError,
  ownAnswer: ({ estimatedPromptTokens }) => JSON.stringify({ input_tokens: estimatedPromptTokens }),
} as const satisfies CallerDialect;
