import { dialectNamed } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';
import type { AnthropicOptions } from './config.js';

const VERSION = '2023-06-01';
const BETA = 'anthropic-beta';

/** The HTTP request of a call, but for its signal. */
export interface AnthropicRequest {
  origin: string;
  path: string;
  method: 'POST';
  headers: Record<string, string>;
  body: Uint8Array | string;
}

/** Where requests of the dialects that Anthropic speaks itself go, below the base URL. */
export const PATHS: Readonly<Record<string, string>> = {
  'anthropic-messages': '/v1/messages',
  'anthropic-count-tokens': '/v1/messages/count_tokens',
};

/** Where a provider's requests go, and what each of them carries. */
export interface AnthropicEndpoint {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Made once for a provider: taking a URL apart costs more than filling in a request. */
export function endpointOf({ baseUrl, headers }: AnthropicOptions, apiKey: string): AnthropicEndpoint {
  const { origin, pathname } = new URL(baseUrl);
  const configured = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    origin,
    path: pathname.replace(/\/$/, ''),
    headers: { 'anthropic-version': VERSION, ...Object.fromEntries(configured), 'x-api-key': apiKey },
  };
}

/** Builds the HTTP request. `x-request-id` is ours, so that a provider's log and our record can be joined. */
export function requestOf(call: ProviderCall, { origin, path, headers }: AnthropicEndpoint): AnthropicRequest {
  return {
    origin,
    path: `${path}${PATHS[call.facts.dialect] ?? ''}`,
    method: 'POST',
    headers: {
      ...withTrials(headers, call.facts.passedHeaders),
      'content-type': 'application/json',
      accept: call.facts.stream ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      'x-request-id': call.facts.requestId,
    },
    body: dialectNamed(call.facts.dialect).providerBody(call.body, call.facts, call.target.model),
  };
}

/** The caller's version goes before ours; the trials that it and the configuration take part in add up. */
function withTrials(
  headers: AnthropicEndpoint['headers'],
  passed: ProviderCall['facts']['passedHeaders'],
): Readonly<Record<string, string>> {
  if (!passed) return headers;
  const trials = [headers[BETA], passed[BETA]].filter((beta) => beta !== undefined).join(',');
  return { ...headers, ...passed, ...(trials === '' ? {} : { [BETA]: trials }) };
}

/** The same for a body that was made here of a request in another dialect, with the betas that it takes. */
export function translatedRequestOf(
  body: { readonly stream?: boolean | undefined },
  betas: ReadonlySet<string>,
  { origin, path, headers }: AnthropicEndpoint,
): AnthropicRequest {
  return {
    origin,
    path: `${path}/v1/messages`,
    method: 'POST',
    headers: {
      ...headers,
      ...(betas.size === 0 ? {} : { 'anthropic-beta': [...betas].join(',') }),
      'content-type': 'application/json',
      accept: body.stream ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
    },
    body: JSON.stringify(body),
  };
}
