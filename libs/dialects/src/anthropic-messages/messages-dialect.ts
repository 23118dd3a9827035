import type { CallerDialect } from '../caller-dialect.js';
import { MESSAGES_FIELDS } from './known-fields.js';
import { encodeMessagesError, encodeMessagesStreamError } from './encode-error.js';
import { MessagesContinuation } from './messages-continuation.js';
import { PASSED_HEADERS } from './passed-headers.js';
import { messagesPromptText } from './prompt-text.js';
import { messagesProviderBody } from './provider-body.js';
import { readMessagesAnswer } from './read-answer.js';
import { readMessagesFacts } from './read-facts.js';
import { MessagesStreamReader } from './stream-reader.js';
import { encodeMessagesAnswer } from './translation/encode-answer.js';
import { readMessagesRequest } from './translation/read-request.js';
import { MessagesStreamEncoder } from './translation/stream-encoder.js';

/** Anthropic Messages as a dialect of callers. */
export const messagesDialect = {
  name: 'anthropic-messages',
  knownFields: MESSAGES_FIELDS,
  requestIdHeader: 'request-id',
  keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  passedHeaders: PASSED_HEADERS,
  readFacts: readMessagesFacts,
  promptText: messagesPromptText,
  providerBody: messagesProviderBody,
  readAnswer: readMessagesAnswer,
  streamReader: () => new MessagesStreamReader(),
  continuation: () => new MessagesContinuation(),
  encodeError: encodeMessagesError,
  encodeStreamError: encodeMessagesStreamError,
  translation: {
    readRequest: readMessagesRequest,
    encodeAnswer: encodeMessagesAnswer,
    streamEncoder: (context) => new MessagesStreamEncoder(context),
  },
} as const satisfies CallerDialect;
