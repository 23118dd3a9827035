import type { Facts, Operation } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';
import type { OpenaiOptions } from './config.js';

/** The HTTP request of a call, but for its signal. */
export interface OpenaiRequest {
  origin: string;
  path: string;
  method: 'POST';
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Where requests of the dialects that these servers speak themselves go, below the base URL. */
export const PATHS: Readonly<Record<string, string>> = {
  'openai-chat': '/chat/completions',
  'openai-completions': '/completions',
  'openai-responses': '/responses',
  'openai-embeddings': '/embeddings',
  'openai-images': '/images/generations',
  'openai-image-edits': '/images/edits',
  'openai-image-variations': '/images/variations',
  'openai-speech': '/audio/speech',
  'openai-transcription': '/audio/transcriptions',
  'openai-audio-translation': '/audio/translations',
  'openai-moderations': '/moderations',
  rerank: '/rerank',
};

const OPENROUTER_HOST = '//openrouter.ai';

/** Operations whose answers need not be JSON. */
const OTHER_ANSWERS: ReadonlySet<Operation> = new Set<Operation>(['speech', 'transcription']);

/** Where a provider's requests go, and what each of them carries. */
export interface OpenaiEndpoint {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Made once for a provider: taking a URL apart costs more than filling in a request. */
export function endpointOf({ baseUrl, headers }: OpenaiOptions, credential: string | undefined): OpenaiEndpoint {
  const { origin, pathname } = new URL(baseUrl);
  return {
    origin,
    path: pathname.replace(/\/$/, ''),
    headers: { ...headers, ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }) },
  };
}

/** Builds the HTTP request. `x-request-id` is ours, so that a provider's log and our record can be joined. */
export function requestOf(call: ProviderCall, { origin, path, headers }: OpenaiEndpoint): OpenaiRequest {
  return {
    origin,
    path: `${path}${PATHS[call.facts.dialect] ?? ''}`,
    method: 'POST',
    headers: {
      ...headers,
      'content-type': call.facts.contentType ?? 'application/json',
      accept: acceptedBy(call.facts),
      'accept-encoding': 'identity',
      'x-request-id': call.facts.requestId,
    },
    body: dialectNamed(call.facts.dialect).providerBody(call.body, factsFor(call.facts, origin), call.target.model),
  };
}

/** Whether the server is OpenRouter's own. */
export function isOpenRouter({ origin }: Pick<OpenaiEndpoint, 'origin'>): boolean {
  return origin.endsWith(OPENROUTER_HOST);
}

/** OpenRouter's own extensions go on to OpenRouter, and to nobody else. */
function factsFor(facts: Facts, origin: string): Facts {
  if (facts.ownMembers === undefined || !isOpenRouter({ origin })) return facts;
  const { ownMembers: _, ...rest } = facts;
  return rest;
}

function acceptedBy({ stream, operation }: Facts): string {
  if (stream) return 'text/event-stream';
  return OTHER_ANSWERS.has(operation) ? '*/*' : 'application/json';
}
