import { dialectNamed, withoutMembers } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';
import type { VertexOptions } from './config.js';
import { endpointOf } from './endpoint.js';

const MESSAGES = 'anthropic-messages';
const COUNT_TOKENS = 'anthropic-count-tokens';
const BETA = 'anthropic-beta';

/** Of the body where Anthropic's own API has a header. */
const VERSION = Buffer.from('{"anthropic_version":"vertex-2023-10-16",');

/** The HTTP request of a call, but for its signal. */
export interface ClaudeRequest {
  origin: string;
  path: string;
  method: 'POST';
  headers: Record<string, string>;
  body: Uint8Array | string;
}

/** Whether bodies of a dialect go to Anthropic's models as they are. */
export function isNative(dialect: string): boolean {
  return dialect === MESSAGES || dialect === COUNT_TOKENS;
}

/**
 * The request of a call of Anthropic's own dialect. Messages go without the model, which stands in the address, and with the version
 * of the format, which is in the body here; all else of them stays as it came. Counting has one address for all models.
 */
export function claudeRequest(call: ProviderCall, options: VertexOptions, token: string): ClaudeRequest {
  const { facts, target, body } = call;
  const { origin, pathname } = new URL(endpointOf(options));
  const named = dialectNamed(facts.dialect).providerBody(body, facts, target.model);
  const isCount = facts.dialect === COUNT_TOKENS;
  const model = isCount ? 'count-tokens' : encodeURIComponent(target.model).replaceAll('%40', '@');
  const action = facts.stream ? 'streamRawPredict' : 'rawPredict';
  const beta = facts.passedHeaders?.[BETA];
  return {
    origin,
    path: `${pathname}/publishers/anthropic/models/${model}:${action}`,
    method: 'POST',
    headers: {
      ...options.headers,
      ...(beta === undefined ? {} : { [BETA]: beta }),
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: facts.stream ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      'x-request-id': facts.requestId,
    },
    body: isCount ? named : withVersion(Buffer.from(named)),
  };
}

function withVersion(body: Buffer): Buffer {
  const rest = withoutMembers(body, ['model', 'anthropic_version']);
  return Buffer.concat([VERSION, rest.subarray(1)]);
}
