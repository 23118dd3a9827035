import { chatProviderBody } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';
import type { OpenaiOptions } from './config.js';

/** The HTTP request of a call, but for its signal. */
export interface OpenaiRequest {
  origin: string;
  path: string;
  method: 'POST';
  headers: Record<string, string>;
  body: Buffer;
}

/** Builds the HTTP request. `x-request-id` is ours, so that a provider's log and our record can be joined. */
export function requestOf(call: ProviderCall, options: OpenaiOptions, credential: string | undefined): OpenaiRequest {
  const base = new URL(options.baseUrl);
  return {
    origin: base.origin,
    path: `${base.pathname.replace(/\/$/, '')}/chat/completions`,
    method: 'POST',
    headers: {
      ...options.headers,
      'content-type': 'application/json',
      accept: call.facts.stream ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      'x-request-id': call.facts.requestId,
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    },
    body: chatProviderBody(call.body, call.facts, call.target.model),
  };
}
