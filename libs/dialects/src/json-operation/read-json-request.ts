import { isUtf8 } from 'node:buffer';
import type { ByteSpan } from '#libs/contracts';
import type { ZodType } from 'zod';
import { DialectError } from '../dialect-error.js';
import { fieldError } from '../field-error.js';
import { scanObject } from '../scan-object.js';

const MOST_LEVELS = 64;

/** A JSON request that fits its schema, and where its own members stand in the bytes. */
export interface JsonRequest<Request> {
  readonly request: Request;
  readonly members: ReadonlyMap<string, ByteSpan>;
}

/** Reads a JSON body by its schema. @throws DialectError 400 that names the field at fault. */
export function readJsonRequest<Request>(body: Uint8Array, schema: ZodType<Request>): JsonRequest<Request> {
  if (!isUtf8(body))
    throw new DialectError(400, 'invalid_encoding', 'The body is not valid UTF-8; send JSON encoded as UTF-8.');
  const members = scanObject(body, MOST_LEVELS);
  const value = parseObject(body);
  const result = schema.safeParse(value);
  if (!result.success) throw fieldError(result.error, value);
  return { request: result.data, members };
}

function parseObject(body: Uint8Array): object {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    const where = /position (\d+)/.exec((error as Error).message)?.[1];
    throw new DialectError(400, 'invalid_json', `The body is not valid JSON${where ? ` (at byte ${where})` : ''}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DialectError(400, 'invalid_json', 'The body must be a JSON object.');
  }
  return value;
}
