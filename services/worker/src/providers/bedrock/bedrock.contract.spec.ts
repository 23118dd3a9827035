import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { EMBEDDINGS } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { answer, callBlock, event, exception, reasoningBlock, refusal, textBlock } from './converse-wire.fixture.js';
import { bedrock } from './index.js';

const accessKeyId = 'AKIACONTRACTEXAMPLE0';
const address = '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0';

interface SentBody {
  messages: { content: { image?: { source: { bytes: string } }; toolResult?: { content: unknown } }[] }[];
  toolConfig?: { tools: { toolSpec: { name: string } }[] };
  additionalModelRequestFields?: { output_config?: { format?: { schema?: unknown } } };
}

describeProvider({
  kind: bedrock,
  credential: `${accessKeyId}:contract/secret+key:contract-session-token`,
  secretSent: accessKeyId,
  model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  options: (origin) => ({ region: 'eu-central-1', baseUrl: origin, profilePrefix: 'eu' }),
  callers: [chatCaller, messagesCaller],
  answers: {
    text: answer([textBlock('Grüße aus Paris 🌤️', ', it is ', 'sunny.')], 'end_turn'),
    oneCall: answer([callBlock('Paris')], 'tool_use'),
    twoCalls: answer([callBlock('Paris'), callBlock('Rome')], 'tool_use'),
    json: answer([textBlock('{"city":"Paris",', '"degrees":21}')], 'end_turn'),
    cutShort: answer([textBlock('It is')], 'max_tokens'),
    filtered: answer([], 'guardrail_intervened'),
    reasoned: answer([reasoningBlock('The sky is blue.', 'c2lnbmVk'), textBlock('Sunny.')], 'end_turn'),
  },
  usage: { promptTokens: 20, cachedPromptTokens: 8, cacheWritePromptTokens: 2, completionTokens: 9 },
  eventsToFirstWord: 2,
  streamErrors: {
    overloaded: exception('serviceUnavailableException', 'Bedrock is unable to process your request.'),
    rate_limit: exception('throttlingException', 'Too many requests, please wait before trying again.'),
    content_filter: exception('validationException', 'Output blocked by content filtering policy'),
    server_error: exception('internalServerException', 'The system encountered an unexpected error.'),
    bad_answer: event('contentBlockDelta', { delta: 'It' }),
  },
  refusals: {
    authentication: refusal(
      403,
      'UnrecognizedClientException',
      `The security token included in the request is invalid: ${accessKeyId}`,
    ),
    permission: refusal(
      403,
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
    ),
    not_found: refusal(404, 'ResourceNotFoundException', 'Could not resolve the foundation model.'),
    invalid_request: refusal(400, 'ValidationException', 'Malformed input request: expected maximum temperature 1'),
    context_too_long: refusal(400, 'ValidationException', 'Input is too long for requested model.'),
    rate_limit: refusal(429, 'ThrottlingException', 'Too many requests, please wait before trying again.', {
      'retry-after': '7',
    }),
    quota: refusal(400, 'ServiceQuotaExceededException', 'Your request exceeds the service quota for your account.'),
    overloaded: refusal(503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.'),
    server_error: refusal(500, 'InternalServerException', 'The system encountered an unexpected error.'),
    content_filter: refusal(400, 'ValidationException', 'Output blocked by content filtering policy'),
  },
  paths: { plain: `${address}/converse`, stream: `${address}/converse-stream` },
  sent: {
    picture: (body) =>
      (body as SentBody).messages
        .flatMap(({ content }) => content.map(({ image }) => image?.source.bytes ?? ''))
        .join(),
    schema: (body) => (body as SentBody).additionalModelRequestFields?.output_config?.format?.schema,
    toolName: (body) => (body as SentBody).toolConfig?.tools[0]?.toolSpec.name,
    toolResult: (body) =>
      JSON.stringify((body as SentBody).messages.flatMap(({ content }) => content.map(({ toolResult }) => toolResult))),
  },
  embeddings: {
    model: 'cohere.embed-multilingual-v3',
    reply: { body: { embeddings: EMBEDDINGS }, headers: { 'x-amzn-bedrock-input-token-count': '6' } },
    usage: { promptTokens: 6, completionTokens: 0 },
  },
  ranking: {
    model: 'cohere.rerank-v3-5:0',
    reply: {
      body: {
        results: [
          { index: 1, relevanceScore: 0.9 },
          { index: 0, relevanceScore: 0.1 },
        ],
      },
    },
  },
});
