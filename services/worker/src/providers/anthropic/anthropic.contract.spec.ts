import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import type { Reply } from '../../provider-contract/provider-server.fixture.js';
import { jsonEvent, type WireAnswer } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { anthropic } from './index.js';

const credential = 'sk-ant-contract-key';
const model = 'claude-sonnet-4-5';

/** A block as it stands in a message, and the deltas that it comes in. */
interface Block {
  readonly whole: Readonly<Record<string, unknown>>;
  readonly begun: Readonly<Record<string, unknown>>;
  readonly deltas: readonly Readonly<Record<string, unknown>>[];
}

const promptUsage = { input_tokens: 9, cache_creation_input_tokens: 3, cache_read_input_tokens: 8 };
const completionUsage = { output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } };
const head = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null };

const event = (type: string, data: object = {}): string => jsonEvent({ type, ...data }, type);

function answer(blocks: readonly Block[], stopReason: string): WireAnswer {
  return {
    plain: {
      body: {
        ...head,
        content: blocks.map(({ whole }) => whole),
        stop_reason: stopReason,
        usage: { ...promptUsage, ...completionUsage },
      },
    },
    stream: {
      events: [
        event('message_start', {
          message: { ...head, content: [], stop_reason: null, usage: { ...promptUsage, output_tokens: 1 } },
        }),
        ...blocks.flatMap(({ begun, deltas }, index) => [
          event('content_block_start', { index, content_block: begun }),
          ...deltas.map((delta) => event('content_block_delta', { index, delta })),
          event('content_block_stop', { index }),
        ]),
        event('message_delta', {
          delta: { stop_reason: stopReason, stop_sequence: null },
          usage: completionUsage,
        }),
        event('message_stop'),
      ],
    },
  };
}

function text(pieces: readonly string[]): Block {
  return {
    whole: { type: 'text', text: pieces.join('') },
    begun: { type: 'text', text: '' },
    deltas: pieces.map((piece) => ({ type: 'text_delta', text: piece })),
  };
}

function call(city: string): Block {
  const use = { type: 'tool_use', id: `toolu_${city}`, name: 'get_weather' };
  return {
    whole: { ...use, input: { city } },
    begun: { ...use, input: {} },
    deltas: ['', '{"city": ', `"${city}"}`].map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  };
}

function thought(pieces: readonly string[]): Block {
  const signature = 'EqQBCkYIBxgCKkA=';
  return {
    whole: { type: 'thinking', thinking: pieces.join(''), signature },
    begun: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...pieces.map((piece) => ({ type: 'thinking_delta', thinking: piece })),
      { type: 'signature_delta', signature },
    ],
  };
}

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
  model,
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
