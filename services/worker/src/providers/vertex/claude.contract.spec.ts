import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { googleError } from '../../provider-contract/gemini-wire.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import type { Reply } from '../../provider-contract/provider-server.fixture.js';
import { jsonEvent, type ProviderSubject, type WireAnswer } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { vertex } from './index.js';

const MODEL = 'claude-sonnet-4-5@20250929';
const credential = 'ya29.contract-token';
const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', stop_sequence: null };
const promptUsage = { input_tokens: 9, cache_creation_input_tokens: 3, cache_read_input_tokens: 8 };

type Block = readonly [begun: object, field: string, whole: unknown, deltas: readonly object[]];

const text = (pieces: readonly string[]): Block => [
  { type: 'text', text: '' },
  'text',
  pieces.join(''),
  pieces.map((piece) => ({ type: 'text_delta', text: piece })),
];
const call = (name: string, input: object, pieces: readonly string[]): Block => [
  { type: 'tool_use', id: `toolu_${Object.values(input)[0]}`, name, input: {} },
  'input',
  input,
  pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
];
const weather = (city: string): Block => call('get_weather', { city }, ['{"city":', `"${city}"}`]);
const thought: Block = [
  { type: 'thinking', thinking: '', signature: '' },
  'thinking',
  'The sky is blue.',
  [
    { type: 'thinking_delta', thinking: 'The sky ' },
    { type: 'thinking_delta', thinking: 'is blue.' },
    { type: 'signature_delta', signature: 'EqQBCkYIBxgCKkA=' },
  ],
];

function answer(blocks: readonly Block[], stopReason: string): WireAnswer {
  const usage = { output_tokens: 9 };
  const event = (type: string, data: object = {}): string => jsonEvent({ type, ...data }, type);
  return {
    plain: {
      body: {
        ...head,
        content: blocks.map(([begun, field, whole]) => ({ ...begun, [field]: whole })),
        stop_reason: stopReason,
        usage: { ...promptUsage, ...usage },
      },
    },
    stream: {
      events: [
        event('message_start', { message: { ...head, content: [], usage: { ...promptUsage, output_tokens: 1 } } }),
        ...blocks.flatMap(([begun, , , deltas], index) => [
          event('content_block_start', { index, content_block: begun }),
          ...deltas.map((delta) => event('content_block_delta', { index, delta })),
          event('content_block_stop', { index }),
        ]),
        event('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage }),
        event('message_stop'),
      ],
    },
  };
}

function refusal(status: number, type: string, message: string): Reply {
  return { status, body: { type: 'error', error: { type, message } } };
}

interface SentBody {
  messages: { content: { type: string; content?: unknown }[] }[];
  tools?: { name: string; input_schema: unknown }[];
  output_config?: { format?: { schema: unknown } };
}

const address = '/v1beta1/projects/demo-project/locations/europe-west4/publishers/anthropic/models';
const JSON_ANSWER = ['{"city":"Paris",', '"degrees":21}'];

const subject: Omit<ProviderSubject, 'callers'> = {
  kind: vertex,
  credential,
  model: MODEL,
  options: (origin) => ({
    baseUrl: `${origin}/v1beta1`,
    project: 'demo-project',
    location: 'europe-west4',
    headers: { 'x-team': 'red' },
  }),
  answers: {
    text: answer([text(['Grüße aus Paris 🌤️', ', it is ', 'sunny.'])], 'end_turn'),
    oneCall: answer([weather('Paris')], 'tool_use'),
    twoCalls: answer([weather('Paris'), weather('Rome')], 'tool_use'),
    json: answer([text(JSON_ANSWER)], 'end_turn'),
    cutShort: answer([text(['It is'])], 'max_tokens'),
    filtered: answer([], 'refusal'),
    reasoned: answer([thought, text(['Sunny.'])], 'end_turn'),
  },
  usage: { promptTokens: 20, cachedPromptTokens: 8, cacheWritePromptTokens: 3, completionTokens: 9 },
  eventsToFirstWord: 3,
  streamErrors: {
    overloaded: jsonEvent({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error'),
  },
  refusals: {
    authentication: googleError(401, 'UNAUTHENTICATED', `Request had invalid credentials: ${credential}`),
    permission: googleError(403, 'PERMISSION_DENIED', 'Permission aiplatform.endpoints.predict denied.'),
    not_found: googleError(404, 'NOT_FOUND', 'Publisher Model claude-nothing was not found.'),
    invalid_request: refusal(400, 'invalid_request_error', 'max_tokens: must be at least 1'),
    context_too_long: refusal(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    rate_limit: { ...refusal(429, 'rate_limit_error', 'Slow down.'), headers: { 'retry-after': '7' } },
    overloaded: refusal(529, 'overloaded_error', 'Overloaded'),
    server_error: refusal(500, 'api_error', 'Internal server error'),
    content_filter: refusal(400, 'invalid_request_error', 'Output blocked by content filtering policy'),
  },
  paths: { plain: `${address}/${MODEL}:rawPredict`, stream: `${address}/${MODEL}:streamRawPredict` },
  sent: {
    picture: (body) => JSON.stringify((body as SentBody).messages),
    schema: (body) =>
      (body as SentBody).output_config?.format?.schema ??
      (body as SentBody).tools?.find(({ name }) => name === 'json')?.input_schema,
    toolName: (body) => (body as SentBody).tools?.[0]?.name,
    toolResult: (body) =>
      JSON.stringify((body as SentBody).messages.at(-1)?.content.find(({ type }) => type === 'tool_result')?.content),
  },
};

describeProvider({ ...subject, callers: [messagesCaller] });

// The schema of an answer goes as that of a tool, as not every organization may ask for such answers in another way.
const json = answer([call('json', { city: 'Paris', degrees: 21 }, JSON_ANSWER)], 'tool_use');
describeProvider({ ...subject, callers: [chatCaller], answers: { ...subject.answers, json } });
