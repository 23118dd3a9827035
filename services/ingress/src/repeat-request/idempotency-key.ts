import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { RepeatLimit } from './repeat-limits.js';

const HEADER = 'idempotency-key';
const DAY_MILLISECONDS = 24 * 60 * 60_000;

/** The caller's idempotency key, or undefined where none was sent. @throws DialectError 400 for one that cannot be one. */
export function idempotencyKeyOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const value = headers[HEADER];
  if (value === undefined) return undefined;
  const isGood = typeof value === 'string' && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);
  if (isGood && value.length <= RepeatLimit.keyCharacters) return value;
  throw new DialectError(
    400,
    'invalid_header',
    `Idempotency-Key must be 1 to ${RepeatLimit.keyCharacters} printable characters, such as a UUID.`,
    HEADER,
  );
}

/** Under which name the answer rests: a key counts for the API key it came with, so nobody else's can meet it. */
export function entryName({ organization, project, key }: Caller, idempotencyKey: string): string {
  return `${organization}.${sha256(JSON.stringify([project, key, idempotencyKey]))}`;
}

/** What must be the same for a request to count as the same: method, address and the bytes of the body. */
export function requestHash({ method, url }: Pick<FastifyRequest, 'method' | 'url'>, body: Uint8Array): string {
  return createHash('sha256').update(`${method} ${url}\n`).update(body).digest('hex');
}

/**
 * Gives a request that is kept in Postgres an id that follows from its idempotency key, its content and the day, so that what is made
 * of it is made once, and a day later, when its key is free again, once more; on a day that has begun meanwhile, the row of the key
 * knows what was made. The answer names it by that id too. Returns the key, or undefined where none was sent. @throws DialectError 400
 */
export function useLastingId(
  request: Pick<FastifyRequest, 'headers' | 'id' | 'url'> & { readonly caller: Caller },
  reply: Pick<FastifyReply, 'header'>,
  body: Uint8Array,
): string | undefined {
  const idempotencyKey = idempotencyKeyOf(request);
  if (idempotencyKey === undefined) return undefined;
  const { organization, project, key } = request.caller;
  const content = requestHash({ method: 'POST', url: request.url }, body);
  const day = Math.floor(Date.now() / DAY_MILLISECONDS);
  request.id = `req_k${sha256(JSON.stringify([organization, project, key, idempotencyKey, content, day])).slice(0, 32)}`;
  reply.header('x-request-id', request.id);
  return idempotencyKey;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
