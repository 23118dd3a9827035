import { dialectNamed } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';
import type { AnthropicOptions } from './config.js';

const VERSION = '2023-06-01';

/** The HTTP request of a call, but for its signal. */
export interface AnthropicRequest {
  origin: string;
  path: string;
  method: 'POST';
  headers: Record<string, string>;
  body: Uint8Array;
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
  return {
    origin,
    path: pathname.replace(/\/$/, ''),
    headers: { 'anthropic-version': VERSION, ...headers, 'x-api-key': apiKey },
  };
}

/** Builds the HTTP request. `x-request-id` is ours, so that a provider's log and our record can be joined. */
export function requestOf(call: ProviderCall, { origin, path, headers }: AnthropicEndpoint): AnthropicRequest {
  return {
    origin,
    path: `${path}${PATHS[call.facts.dialect] ?? ''}`,
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: call.facts.stream ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      'x-request-id': call.facts.requestId,
    },
    body: dialectNamed(call.facts.dialect).providerBody(call.body, call.facts, call.target.model),
  };
}
