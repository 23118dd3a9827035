import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import type { Reply } from '../../provider-contract/provider-server.fixture.js';
import { EMBEDDINGS, jsonEvent, type WireAnswer } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { cohere } from './index.js';

const credential = 'cohere-contract-key';
const usage = {
  billed_units: { input_tokens: 12, output_tokens: 9 },
  tokens: { input_tokens: 20, output_tokens: 9 },
  cached_tokens: 8,
};

interface WireEvent {
  readonly type: string;
  readonly index?: number;
  readonly delta?: object;
}

/** An answer as Cohere writes it. */
function answer(message: object, events: readonly WireEvent[], finishReason: string): WireAnswer {
  const all = [
    { type: 'message-start', id: 'answer-1', delta: { message: { role: 'assistant' } } },
    ...events,
    { type: 'message-end', delta: { finish_reason: finishReason, usage } },
  ];
  return {
    plain: {
      body: {
        id: 'answer-1',
        generation_id: 'answer-1',
        message: { role: 'assistant', ...message },
        finish_reason: finishReason,
        usage,
      },
    },
    stream: { events: all.map((event) => jsonEvent(event, event.type)) },
  };
}

/** The events of one item of a message's content. */
function contentEvents(index: number, field: 'text' | 'thinking', pieces: readonly string[]): WireEvent[] {
  const delta = (content: object) => ({ delta: { message: { content } } });
  return [
    { type: 'content-start', index, ...delta({ type: field, [field]: '' }) },
    ...pieces.map((piece) => ({ type: 'content-delta', index, ...delta({ [field]: piece }) })),
    { type: 'content-end', index },
  ];
}

function textAnswer(pieces: readonly string[], finishReason = 'COMPLETE'): WireAnswer {
  const content = [{ type: 'text', text: pieces.join('') }];
  return answer({ content }, contentEvents(0, 'text', pieces), finishReason);
}

function callsAnswer(...cities: readonly string[]): WireAnswer {
  const calls = cities.map((city) => ({
    id: `call_${city}`,
    type: 'function',
    function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
  }));
  const events = calls.flatMap(({ id, type, function: called }, index) => [
    {
      type: 'tool-call-start',
      index,
      delta: { message: { tool_calls: { id, type, function: { name: called.name, arguments: '' } } } },
    },
    {
      type: 'tool-call-delta',
      index,
      delta: { message: { tool_calls: { function: { arguments: called.arguments } } } },
    },
    { type: 'tool-call-end', index },
  ]);
  return answer({ tool_calls: calls }, events, 'TOOL_CALL');
}

function refusal(status: number, message: string, headers: Record<string, string> = {}): Reply {
  return { status, body: { id: 'refusal-1', message }, headers };
}

interface SentBody {
  messages: { role: string; content: unknown }[];
  tools?: { function: { name: string } }[];
  response_format?: { json_schema?: unknown };
}

describeProvider({
  kind: cohere,
  credential,
  model: 'command-a-03-2025',
  options: (origin) => ({ baseUrl: `${origin}/v2`, headers: { 'x-team': 'red' } }),
  callers: [chatCaller, messagesCaller],
  answers: {
    text: textAnswer(['Grüße aus Paris 🌤️', ', it is ', 'sunny.']),
    oneCall: callsAnswer('Paris'),
    twoCalls: callsAnswer('Paris', 'Rome'),
    json: textAnswer(['{"city":"Paris",', '"degrees":21}']),
    cutShort: textAnswer(['It is'], 'MAX_TOKENS'),
    filtered: answer({ content: [] }, [], 'ERROR_TOXIC'),
    reasoned: answer(
      {
        content: [
          { type: 'thinking', thinking: 'The sky is blue.' },
          { type: 'text', text: 'Sunny.' },
        ],
      },
      [...contentEvents(0, 'thinking', ['The sky ', 'is blue.']), ...contentEvents(1, 'text', ['Sunny.'])],
      'COMPLETE',
    ),
  },
  usage: { promptTokens: 20, cachedPromptTokens: 8, completionTokens: 9 },
  eventsToFirstWord: 3,
  streamErrors: {
    overloaded: jsonEvent({ id: 'e-1', message: 'service unavailable' }),
    rate_limit: jsonEvent({ id: 'e-1', message: 'You are limited to 20 API calls / minute' }),
    content_filter: jsonEvent({ id: 'e-1', message: 'blocked output: please review the request' }),
    server_error: jsonEvent({ type: 'error', error: 'the generation failed' }),
  },
  refusals: {
    authentication: refusal(401, `invalid api token: ${credential}`),
    permission: refusal(403, 'your key may not use this endpoint'),
    not_found: refusal(404, "model 'command-nothing' not found, make sure the correct model ID was used"),
    invalid_request: refusal(400, 'invalid request: temperature must be between 0 and 1.'),
    context_too_long: refusal(400, 'too many tokens: size limit exceeded by 11326 tokens. Try using shorter inputs'),
    rate_limit: refusal(429, 'You are limited to 20 API calls / minute', { 'retry-after': '7' }),
    quota: refusal(429, 'You are using a Trial key, which is limited to 1000 API calls / month'),
    overloaded: refusal(503, 'service unavailable'),
    server_error: refusal(500, 'internal server error'),
    content_filter: refusal(498, 'blocked input: please review the request'),
  },
  paths: { plain: '/v2/chat', stream: '/v2/chat' },
  sent: {
    picture: (body) => JSON.stringify((body as SentBody).messages),
    schema: (body) => (body as SentBody).response_format?.json_schema,
    toolName: (body) => (body as SentBody).tools?.[0]?.function.name,
    toolResult: (body) => (body as SentBody).messages.find(({ role }) => role === 'tool')?.content,
  },
  embeddings: {
    model: 'embed-v4.0',
    reply: {
      body: {
        id: 'embedding-1',
        embeddings: { float: EMBEDDINGS },
        texts: ['Paris', 'Rome'],
        meta: { api_version: { version: '2' }, billed_units: { input_tokens: 6 } },
      },
    },
    usage: { promptTokens: 6, completionTokens: 0 },
  },
  ranking: {
    model: 'rerank-v3.5',
    reply: {
      body: {
        id: 'ranking-1',
        results: [
          { index: 1, relevance_score: 0.9 },
          { index: 0, relevance_score: 0.1 },
        ],
        meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
      },
    },
  },
});
