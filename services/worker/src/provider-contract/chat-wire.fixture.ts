import type { Reply } from './provider-server.fixture.js';
import { jsonEvent, type ProviderSubject, type WireAnswer } from './provider-subject.fixture.js';

interface Delta {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly object[];
}

const usage = {
  prompt_tokens: 20,
  completion_tokens: 9,
  total_tokens: 29,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 4 },
};
const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-test' };

/** An answer with an event for each delta; the usage comes in an event of its own. */
function answer(message: Delta, deltas: readonly Delta[], finishReason: string): WireAnswer {
  const chunk = (choices: readonly object[], more: object = {}) =>
    jsonEvent({ ...head, object: 'chat.completion.chunk', choices, ...more });
  const choice = (delta: object, end: string | null = null) => ({ index: 0, delta, finish_reason: end });
  return {
    plain: {
      body: {
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: '', ...message }, finish_reason: finishReason }],
        usage,
      },
    },
    stream: {
      events: [
        chunk([choice({ role: 'assistant', content: '' })]),
        ...deltas.map((delta) => chunk([choice(delta)])),
        chunk([choice({}, finishReason)]),
        chunk([], { usage }),
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

/** The arguments of each call come in two pieces. */
function callsAnswer(...cities: readonly string[]): WireAnswer {
  const calls = cities.map((city, index) => ({
    id: `call_${city}`,
    type: 'function',
    index,
    function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
  }));
  const deltas = calls.flatMap((call) => [
    { tool_calls: [{ ...call, function: { name: 'get_weather', arguments: '{"city":' } }] },
    { tool_calls: [{ index: call.index, function: { arguments: call.function.arguments.slice('{"city":'.length) } }] },
  ]);
  return answer({ tool_calls: calls }, deltas, 'tool_calls');
}

/** The answers of the contract, as OpenAI's Chat Completions write them. */
export const CHAT_ANSWERS: ProviderSubject['answers'] = {
  text: textAnswer(['Grüße aus Paris 🌤️', ', it is ', 'sunny.']),
  oneCall: callsAnswer('Paris'),
  twoCalls: callsAnswer('Paris', 'Rome'),
  json: textAnswer(['{"city":"Paris",', '"degrees":21}']),
  cutShort: textAnswer(['It is'], 'length'),
  filtered: textAnswer([], 'content_filter'),
  reasoned: answer(
    { reasoning_content: 'The sky is blue.', content: 'Sunny.' },
    [{ reasoning_content: 'The sky ' }, { reasoning_content: 'is blue.' }, { content: 'Sunny.' }],
    'stop',
  ),
};

/** What the text's answer used. */
export const CHAT_USAGE: ProviderSubject['usage'] = {
  promptTokens: 20,
  cachedPromptTokens: 8,
  completionTokens: 9,
  reasoningTokens: 4,
};

/** An error as OpenAI's API writes it. */
export function chatError(status: number, code: string | null, message: string): Reply {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

/** Refusals of every class. */
export const CHAT_REFUSALS = {
  authentication: chatError(401, 'invalid_api_key', 'Incorrect API key provided'),
  permission: chatError(403, null, 'You have insufficient permissions for this operation.'),
  not_found: chatError(404, 'model_not_found', 'The model does not exist'),
  invalid_request: chatError(400, 'invalid_value', 'Invalid value for temperature'),
  context_too_long: chatError(400, 'context_length_exceeded', "This model's maximum context length is 8192 tokens."),
  content_filter: chatError(400, 'content_filter', 'The prompt was filtered'),
  rate_limit: {
    ...chatError(429, 'rate_limit_exceeded', 'Rate limit reached for requests'),
    headers: { 'retry-after': '7' },
  },
  quota: chatError(429, 'insufficient_quota', 'You exceeded your current quota'),
  overloaded: chatError(503, null, 'The engine is currently overloaded'),
  server_error: chatError(500, null, 'The server had an error'),
} as const;

interface SentBody {
  messages: { role: string; content: unknown }[];
  tools?: { function: { name: string } }[];
  response_format?: { json_schema?: { schema?: unknown } };
}

/** Where requests of Chat Completions have what callers sent. */
export const CHAT_SENT: ProviderSubject['sent'] = {
  picture: (body) => JSON.stringify((body as SentBody).messages),
  schema: (body) => (body as SentBody).response_format?.json_schema?.schema,
  toolName: (body) => (body as SentBody).tools?.[0]?.function.name,
  toolResult: (body) => JSON.stringify((body as SentBody).messages.find(({ role }) => role === 'tool')?.content),
};
