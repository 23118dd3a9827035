import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import type { Reply } from '../../provider-contract/provider-server.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { anthropic } from './index.js';
import { answer, call, MODEL, text, thought } from './messages-wire.fixture.js';

const credential = 'sk-ant-contract-key';

function refusal(status: number, type: string, message: string): Reply {
  return { status, body: { type: 'error', error: { type, message }, request_id: 'req_1' } };
}

interface SentBody {
  messages: { content: { type: string; content?: unknown }[] }[];
  tools?: { name: string }[];
  output_config?: { format?: { schema: unknown } };
}

describeProvider({
  kind: anthropic,
  credential,
  model: MODEL,
  options: (origin) => ({ baseUrl: origin, headers: { 'x-team': 'red' } }),
  callers: [chatCaller, messagesCaller],
  answers: {
    text: answer([text(['Grüße aus Paris 🌤️', ', it is ', 'sunny.'])], 'end_turn'),
    oneCall: answer([call('Paris')], 'tool_use'),
    twoCalls: answer([call('Paris'), call('Rome')], 'tool_use'),
    json: answer([text(['{"city":"Paris",', '"degrees":21}'])], 'end_turn'),
    cutShort: answer([text(['It is'])], 'max_tokens'),
    filtered: answer([], 'refusal'),
    reasoned: answer([thought(['The sky ', 'is blue.']), text(['Sunny.'])], 'end_turn'),
  },
  usage: {
    promptTokens: 20,
    cachedPromptTokens: 8,
    cacheWritePromptTokens: 3,
    completionTokens: 9,
    reasoningTokens: 4,
  },
  eventsToFirstWord: 3,
  refusals: {
    authentication: refusal(401, 'authentication_error', `invalid x-api-key: ${credential}`),
    permission: refusal(403, 'permission_error', 'Your API key has no access to the model.'),
    not_found: refusal(404, 'not_found_error', 'model: claude-nothing'),
    invalid_request: refusal(400, 'invalid_request_error', 'max_tokens: must be at least 1'),
    context_too_long: refusal(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    rate_limit: { ...refusal(429, 'rate_limit_error', 'Slow down.'), headers: { 'retry-after': '7' } },
    quota: refusal(400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
    overloaded: refusal(529, 'overloaded_error', 'Overloaded'),
    server_error: refusal(500, 'api_error', 'Internal server error'),
    content_filter: refusal(400, 'invalid_request_error', 'Output blocked by content filtering policy'),
  },
  paths: { plain: '/v1/messages', stream: '/v1/messages' },
  sent: {
    picture: (body) => JSON.stringify((body as SentBody).messages),
    schema: (body) => (body as SentBody).output_config?.format?.schema,
    toolName: (body) => (body as SentBody).tools?.[0]?.name,
    toolResult: (body) =>
      JSON.stringify((body as SentBody).messages.at(-1)?.content.find(({ type }) => type === 'tool_result')?.content),
  },
});
