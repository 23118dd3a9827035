import { types } from 'node:util';
import { scrubText } from './scrub-text.js';
import { sensitivityOf } from './sensitive-names.js';
import { serializeError } from './serialize-error.js';

const REDACTED = '[redacted]';
/** Names the line itself uses; a field of that name moves aside to `field.…` instead of writing the name twice. */
const RESERVED = ['level', 'time', 'service', 'message'];

const DEPTH_LIMIT = 6;
const ITEM_LIMIT = 50;

/**
 * The fields of a log line as they may be written: values under names of credentials or content are replaced by
 * `[redacted]` at any depth (of content, numbers and booleans stay), errors are serialised by `serializeError`, strings
 * scrubbed and cut, bytes reduced to their length. pino's own `redact` reaches only paths known beforehand.
 */
export function sanitizeFields(fields: object): Record<string, unknown> {
  if (types.isNativeError(fields)) return { error: serializeError(fields) };
  const clean = sanitizeObject(fields, 0);
  for (const name of RESERVED) {
    if (!(name in clean)) continue;
    clean[`field.${name}`] = clean[name];
    delete clean[name];
  }
  return clean;
}

function sanitizeObject(value: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value).slice(0, ITEM_LIMIT)) {
    const field = sanitizeNamed(name, inner, depth);
    if (field !== undefined) clean[scrubText(name, 100)] = field;
  }
  return clean;
}

function sanitizeNamed(name: string, value: unknown, depth: number): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  const sensitivity = sensitivityOf(name);
  if (sensitivity === 'credential') return REDACTED;
  if (sensitivity === 'content' && typeof value !== 'number' && typeof value !== 'bigint') return REDACTED;
  return sanitizeValue(value, depth);
}

function sanitizeValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'object') return value === null ? null : sanitizeInner(value, depth + 1);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function sanitizeInner(value: object, depth: number): unknown {
  if (types.isNativeError(value)) return serializeError(value);
  if (depth > DEPTH_LIMIT) return '[deeper]';
  if (Array.isArray(value)) return sanitizeList(value, depth);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return scrubText(value.href);
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`;
  if (types.isMap(value) || types.isSet(value)) return `[${value.size} entries]`;
  return sanitizeObject(value, depth);
}

/** A list of name and value pairs (`rawHeaders`, entries) says in one item what the next one is. */
function sanitizeList(list: readonly unknown[], depth: number): unknown[] {
  return list.slice(0, ITEM_LIMIT).map((item, index) => {
    const before: unknown = list[index - 1];
    const isNamed = typeof before === 'string' && sensitivityOf(before) === 'credential';
    return isNamed && typeof item === 'string' ? REDACTED : sanitizeValue(item, depth);
  });
}
