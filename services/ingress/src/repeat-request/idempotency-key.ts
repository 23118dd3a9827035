import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { RepeatLimit } from './repeat-limits.js';

const HEADER = 'idempotency-key';

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

/** The id that a request has which is kept in Postgres: the same for the same key, so that it is there once. */
export function lastingRequestId({ organization, project, key }: Caller, idempotencyKey: string): string {
  return `req_k${sha256(JSON.stringify([organization, project, key, idempotencyKey])).slice(0, 32)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
