import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import {
  CHAT_ANSWERS,
  CHAT_REFUSALS,
  CHAT_SENT,
  CHAT_USAGE,
  chatError,
} from '../../provider-contract/chat-wire.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { EMBEDDINGS, jsonEvent } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { openai } from './index.js';

const credential = 'sk-contract-key';

describeProvider({
  kind: openai,
  credential,
  model: 'gpt-test',
  options: (origin) => ({ baseUrl: `${origin}/v1`, headers: { 'x-team': 'red' } }),
  callers: [chatCaller, messagesCaller],
  answers: CHAT_ANSWERS,
  usage: CHAT_USAGE,
  eventsToFirstWord: 2,
  streamErrors: {
    overloaded: jsonEvent({ error: { message: 'Provider returned error', code: 503 } }),
    rate_limit: jsonEvent({ error: { message: 'Rate limit reached', type: 'tokens', code: 'rate_limit_exceeded' } }),
    content_filter: jsonEvent({ error: { message: 'Refused', type: 'invalid_request_error', code: 'content_filter' } }),
    server_error: jsonEvent({ error: { message: 'The server had an error', type: 'server_error', code: null } }),
  },
  refusals: {
    ...CHAT_REFUSALS,
    authentication: chatError(401, 'invalid_api_key', `Incorrect API key provided: ${credential}`),
  },
  paths: { plain: '/v1/chat/completions', stream: '/v1/chat/completions' },
  sent: CHAT_SENT,
  embeddings: {
    model: 'text-embedding-test',
    reply: {
      body: {
        object: 'list',
        data: EMBEDDINGS.map((embedding, index) => ({ object: 'embedding', index, embedding })),
        model: 'text-embedding-test',
        usage: { prompt_tokens: 6, total_tokens: 6 },
      },
    },
    usage: { promptTokens: 6, completionTokens: 0 },
  },
});
