import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import type { Reply } from '../../provider-contract/provider-server.fixture.js';
import { EMBEDDINGS, jsonEvent, type WireAnswer } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { mistral } from './index.js';

const credential = 'mistral-contract-key';

interface Delta {
  content?: unknown;
  tool_calls?: object[];
}

const usage = {
  prompt_tokens: 20,
  completion_tokens: 9,
  total_tokens: 29,
  num_cached_tokens: 8,
  completion_tokens_details: { reasoning_tokens: 4 },
};
const head = { id: 'answer-1', created: 1_700_000_000, model: 'mistral-test' };

/** An answer as Mistral writes it; each delta is an event of the stream, and the last event has the end and the usage. */
function answer(message: Delta, deltas: readonly Delta[], finishReason: string): WireAnswer {
  const chunk = (delta: object, end: string | null) =>
    jsonEvent({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: end }],
      ...(end === null ? {} : { usage }),
    });
  return {
    plain: {
      body: {
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finishReason }],
        usage,
      },
    },
    stream: {
      events: [
        chunk({ role: 'assistant', content: '' }, null),
        ...deltas.map((delta) => chunk(delta, null)),
        chunk({ content: '' }, finishReason),
        'data: [DONE]\n\n',
      ],
    },
  };
}

function textAnswer(pieces: readonly string[], finishReason = 'stop'): WireAnswer {
  return answer(
    { content: pieces.join('') },
    pieces.map((content) => ({ content })),
    finishReason,
  );
}

function callsAnswer(...cities: readonly string[]): WireAnswer {
  const calls = cities.map((city, index) => ({
    id: `aaaaaaaa${index}`,
    index,
    function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
  }));
  return answer({ content: '', tool_calls: calls }, [{ tool_calls: calls }], 'tool_calls');
}

const thought = (text: string) => ({ type: 'thinking', thinking: [{ type: 'text', text }] });

function refusalBody(message: string, type: string, code: string | null = null): object {
  return { object: 'error', message, type, param: null, code };
}

function refusal(status: number, message: string, type: string, code: string | null = null): Reply {
  return { status, body: refusalBody(message, type, code) };
}

interface SentBody {
  messages: { role: string; content: unknown }[];
  tools?: { function: { name: string } }[];
  response_format?: { json_schema?: { schema: unknown } };
}

describeProvider({
  kind: mistral,
  credential,
  model: 'mistral-medium-latest',
  options: (origin) => ({ baseUrl: `${origin}/v1`, headers: { 'x-team': 'red' } }),
  callers: [chatCaller, messagesCaller],
  answers: {
    text: textAnswer(['Grüße aus Paris 🌤️', ', it is ', 'sunny.']),
    oneCall: callsAnswer('Paris'),
    twoCalls: callsAnswer('Paris', 'Rome'),
    json: textAnswer(['{"city":"Paris",', '"degrees":21}']),
    cutShort: textAnswer(['It is'], 'length'),
    reasoned: answer(
      { content: [thought('The sky is blue.'), { type: 'text', text: 'Sunny.' }] },
      [{ content: [thought('The sky ')] }, { content: [thought('is blue.')] }, { content: 'Sunny.' }],
      'stop',
    ),
  },
  usage: { promptTokens: 20, cachedPromptTokens: 8, completionTokens: 9, reasoningTokens: 4 },
  eventsToFirstWord: 2,
  streamErrors: {
    overloaded: jsonEvent(refusalBody('Service tier capacity exceeded.', 'service_tier_capacity_exceeded', '3505')),
    rate_limit: jsonEvent(refusalBody('Requests rate limit exceeded', 'rate_limited', '1300')),
    content_filter: jsonEvent({ error: refusalBody('Blocked by a guardrail', 'guardrail_violation') }),
    server_error: jsonEvent(refusalBody('Internal error', 'internal_server_error', '3000')),
    bad_answer: 'data: {"id":"answer-1","choi\n\n',
  },
  refusals: {
    authentication: { status: 401, body: { message: `Unauthorized: ${credential}`, request_id: 'r-1' } },
    permission: { status: 403, body: { detail: 'You have no access to this resource' } },
    not_found: refusal(400, 'Invalid model: mistral-nothing', 'invalid_model', '1500'),
    invalid_request: {
      status: 422,
      body: { detail: [{ loc: ['body', 'temperature'], msg: 'Input should be less than 1.5', type: 'less_than' }] },
    },
    context_too_long: refusal(
      400,
      'Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
      'invalid_request_error',
    ),
    rate_limit: {
      ...refusal(429, 'Requests rate limit exceeded', 'rate_limited', '1300'),
      headers: { 'retry-after': '7' },
    },
    quota: { status: 402, body: { detail: 'Payment required' } },
    overloaded: refusal(
      429,
      'Service tier capacity exceeded for this model.',
      'service_tier_capacity_exceeded',
      '3505',
    ),
    server_error: refusal(500, 'Service unavailable.', 'internal_server_error', '3000'),
    content_filter: refusal(403, 'The request was blocked by a guardrail', 'guardrail_violation'),
  },
  paths: { plain: '/v1/chat/completions', stream: '/v1/chat/completions' },
  sent: {
    picture: (body) => JSON.stringify((body as SentBody).messages),
    schema: (body) => (body as SentBody).response_format?.json_schema?.schema,
    toolName: (body) => (body as SentBody).tools?.[0]?.function.name,
    toolResult: (body) => (body as SentBody).messages.find(({ role }) => role === 'tool')?.content,
  },
  embeddings: {
    model: 'mistral-embed',
    reply: {
      body: {
        object: 'list',
        data: EMBEDDINGS.map((embedding, index) => ({ object: 'embedding', embedding, index })),
        usage: { prompt_tokens: 6, total_tokens: 6 },
      },
    },
    usage: { promptTokens: 6, completionTokens: 0 },
  },
});
