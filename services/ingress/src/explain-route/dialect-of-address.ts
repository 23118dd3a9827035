import { DialectError, dialectNamed, type CallerDialect } from '#libs/dialects';

/** Addresses of calls with a body of JSON, and the dialect that is spoken at each. */
const DIALECTS: ReadonlyMap<string, string> = new Map([
  ['/v1/chat/completions', 'openai-chat'],
  ['/v1/completions', 'openai-completions'],
  ['/v1/responses', 'openai-responses'],
  ['/v1/messages', 'anthropic-messages'],
  ['/v1/messages/count_tokens', 'anthropic-count-tokens'],
  ['/v1/embeddings', 'openai-embeddings'],
  ['/v1/moderations', 'openai-moderations'],
  ['/v1/images/generations', 'openai-images'],
  ['/v1/audio/speech', 'openai-speech'],
  ['/v1/rerank', 'rerank'],
  ['/v2/rerank', 'rerank'],
]);

/** The dialect of the address of a call. @throws DialectError 400 for any other address. */
export function dialectOfAddress(path: string): CallerDialect {
  const name = DIALECTS.get(path);
  if (name !== undefined) return dialectNamed(name);
  const message = `'path' must be the address of a call with a JSON body, one of ${[...DIALECTS.keys()].join(', ')}.`;
  throw new DialectError(400, 'invalid_parameter', message, 'path');
}
