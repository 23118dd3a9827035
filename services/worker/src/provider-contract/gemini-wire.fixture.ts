import type { Reply } from './provider-server.fixture.js';
import { jsonEvent, type ProviderSubject, type WireAnswer } from './provider-subject.fixture.js';

/** A part of a candidate's content. */
type Part = Readonly<Record<string, unknown>>;

const USAGE = {
  promptTokenCount: 20,
  cachedContentTokenCount: 8,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 4,
  totalTokenCount: 29,
};

/** An answer whose stream has an event for each part, and its end on the last. */
function answer(parts: readonly Part[], finishReason: string): WireAnswer {
  const chunk = (content: readonly Part[], reason?: string) => ({
    candidates: [
      {
        content: { role: 'model', parts: content },
        index: 0,
        ...(reason === undefined ? {} : { finishReason: reason }),
      },
    ],
    usageMetadata: USAGE,
    modelVersion: 'gemini-test',
    responseId: 'answer-1',
  });
  const streamed = parts.map((part, index) =>
    jsonEvent(chunk([part], index === parts.length - 1 ? finishReason : undefined)),
  );
  return {
    plain: { body: chunk(joined(parts), finishReason) },
    stream: { events: streamed.length > 0 ? streamed : [jsonEvent(chunk([], finishReason))] },
  };
}

/** Pieces of a text come as one part in a plain answer. */
function joined(parts: readonly Part[]): Part[] {
  const whole: Part[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    const continues = typeof last?.['text'] === 'string' && typeof part['text'] === 'string';
    if (continues && last['thought'] === part['thought'])
      whole.splice(-1, 1, { ...last, text: `${String(last['text'])}${String(part['text'])}` });
    else whole.push(part);
  }
  return whole;
}

function weatherIn(city: string): Part {
  return { functionCall: { name: 'get_weather', args: { city } }, thoughtSignature: `signed-${city}` };
}

/** The answers of the contract, as Gemini writes them. */
export const GEMINI_ANSWERS: ProviderSubject['answers'] = {
  text: answer([{ text: 'Grüße aus Paris 🌤️' }, { text: ', it is ' }, { text: 'sunny.' }], 'STOP'),
  oneCall: answer([weatherIn('Paris')], 'STOP'),
  twoCalls: answer([weatherIn('Paris'), weatherIn('Rome')], 'STOP'),
  json: answer([{ text: '{"city":"Paris",' }, { text: '"degrees":21}' }], 'STOP'),
  cutShort: answer([{ text: 'It is' }], 'MAX_TOKENS'),
  filtered: answer([], 'SAFETY'),
  reasoned: answer(
    [{ text: 'The sky ', thought: true }, { text: 'is blue.', thought: true }, { text: 'Sunny.' }],
    'STOP',
  ),
};

/** What the text's answer used. */
export const GEMINI_USAGE: ProviderSubject['usage'] = {
  promptTokens: 20,
  cachedPromptTokens: 8,
  completionTokens: 9,
  reasoningTokens: 4,
};

/** An error as Google's APIs write it. */
export function googleError(code: number, status: string, message: string, details: readonly object[] = []): Reply {
  return { status: code, body: { error: { code, message, status, details } } };
}

const DETAIL = 'type.googleapis.com/google.rpc';

/** Refusals that both of Gemini's APIs know. */
export const GOOGLE_REFUSALS = {
  permission: googleError(403, 'PERMISSION_DENIED', 'The caller does not have permission'),
  not_found: googleError(404, 'NOT_FOUND', 'models/gemini-nothing is not found for API version v1beta'),
  invalid_request: googleError(400, 'INVALID_ARGUMENT', 'Invalid value at temperature'),
  context_too_long: googleError(
    400,
    'INVALID_ARGUMENT',
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  ),
  content_filter: googleError(400, 'INVALID_ARGUMENT', "The prompt violates Google's Responsible AI practices"),
  rate_limit: googleError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please retry in 6.4s.', [
    {
      '@type': `${DETAIL}.QuotaFailure`,
      violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel' }],
    },
    { '@type': `${DETAIL}.RetryInfo`, retryDelay: '6.4s' },
  ]),
  quota: googleError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', [
    { '@type': `${DETAIL}.QuotaFailure`, violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }] },
  ]),
  overloaded: googleError(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  server_error: googleError(500, 'INTERNAL', 'An internal error has occurred'),
} as const;

function streamError(code: number | undefined, status: string, message: string): string {
  return jsonEvent({ error: { ...(code === undefined ? {} : { code }), message, status } });
}

/** Errors within streams of both of Gemini's APIs. */
export const GEMINI_STREAM_ERRORS: ProviderSubject['streamErrors'] = {
  overloaded: streamError(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  rate_limit: streamError(undefined, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
  content_filter: streamError(400, 'INVALID_ARGUMENT', "The prompt violates Google's Responsible AI practices"),
  server_error: streamError(500, 'INTERNAL', 'An internal error has occurred'),
};

interface SentBody {
  contents: { parts: { inlineData?: { data?: string }; functionResponse?: { response?: unknown } }[] }[];
  generationConfig?: { responseSchema?: object; responseJsonSchema?: object };
  tools?: { functionDeclarations?: { name: string }[] } | { functionDeclarations?: { name: string }[] }[];
}

/** Where requests to Gemini have what callers sent. */
export const GEMINI_SENT: ProviderSubject['sent'] = {
  picture: (body) =>
    (body as SentBody).contents.flatMap(({ parts }) => parts.map(({ inlineData }) => inlineData?.data ?? '')).join(),
  schema(body) {
    const { responseJsonSchema, responseSchema } = (body as SentBody).generationConfig ?? {};
    return responseJsonSchema ?? responseSchema;
  },
  toolName: (body) => [(body as SentBody).tools ?? []].flat()[0]?.functionDeclarations?.[0]?.name,
  toolResult: (body) =>
    JSON.stringify((body as SentBody).contents.flatMap(({ parts }) => parts.map((part) => part.functionResponse))),
};
