import { DialectError, type CallerDialect } from '#libs/dialects';
import { dialectOfAddress } from './dialect-of-address.js';

const CHAT = '/v1/chat/completions';

/** A request that is to be explained, as it would have come to its own address. */
export interface ExplainedRequest {
  readonly dialect: CallerDialect;
  readonly body: Buffer;
}

/**
 * What is asked to be explained: `{"path", "body"}`, or a Chat Completions request as it is.
 * @throws DialectError 400 for an address that takes no such call; a bare body is left to its dialect.
 */
export function explainedRequest(sent: Buffer): ExplainedRequest {
  const value = parsed(sent);
  if (typeof value !== 'object' || value === null || !('body' in value)) {
    return { dialect: dialectOfAddress(CHAT), body: sent };
  }
  const { path = CHAT, body } = value as { path?: unknown; body: unknown };
  if (typeof path !== 'string') throw new DialectError(400, 'invalid_parameter', "'path' must be a text.", 'path');
  return { dialect: dialectOfAddress(path), body: Buffer.from(JSON.stringify(body) ?? 'null') };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
