import type { CallerDialect } from '../caller-dialect.js';
import { RESPONSES_FIELDS } from './known-fields.js';
import { encodeChatError } from '../openai-chat/encode-error.js';
import { encodeResponsesStreamError } from './encode-error.js';
import { responsesPromptText } from './prompt-text.js';
import { responsesProviderBody } from './provider-body.js';
import { readResponsesAnswer } from './read-answer.js';
import { readResponsesFacts } from './read-facts.js';
import { ResponsesContinuation } from './responses-continuation.js';
import { ResponsesStreamReader } from './stream-reader.js';
import { encodeResponsesAnswer } from './translation/encode-answer.js';
import { readResponsesRequest } from './translation/read-request.js';
import { ResponsesStreamEncoder } from './translation/stream-encoder.js';

/** OpenAI's Responses API as a dialect of callers. Errors have the form of all of OpenAI's API. */
export const responsesDialect = {
  name: 'openai-responses',
  knownFields: RESPONSES_FIELDS,
  readFacts: readResponsesFacts,
  promptText: responsesPromptText,
  providerBody: responsesProviderBody,
  readAnswer: readResponsesAnswer,
  streamReader: () => new ResponsesStreamReader(),
  continuation: () => new ResponsesContinuation(),
  encodeError: encodeChatError,
  encodeStreamError: encodeResponsesStreamError,
  translation: {
    readRequest: readResponsesRequest,
    encodeAnswer: encodeResponsesAnswer,
    streamEncoder: (context) => new ResponsesStreamEncoder(context),
  },
} as const satisfies CallerDialect;
