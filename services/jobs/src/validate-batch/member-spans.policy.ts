import type { ByteSpan } from '#libs/contracts';
import { LineError } from './line-error.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const decoder = new TextDecoder();

/**
 * Where the values of a JSON object's own members stand in its bytes, so that one of them can be passed on untouched. Only
 * the outermost structure is checked here; whoever uses a value parses it. Throws `LineError`
 * where the bytes are no JSON object, or name a member twice (parsers differ in which one counts).
 */
export function memberSpans(bytes: Uint8Array): ReadonlyMap<string, ByteSpan> {
  const members = new Map<string, ByteSpan>();
  let at = expectByte(bytes, skipSpace(bytes, 0), OPEN_BRACE);
  at = skipSpace(bytes, at);
  if (bytes[at] === CLOSE_BRACE) return requireEnd(bytes, at + 1, members);
  for (;;) {
    if (bytes[at] !== QUOTE) throw notAnObject();
    const nameEnd = skipString(bytes, at);
    const name = parseName(bytes.subarray(at, nameEnd));
    const start = skipSpace(bytes, expectByte(bytes, skipSpace(bytes, nameEnd), COLON));
    const end = skipValue(bytes, start);
    if (members.has(name))
      throw new LineError('duplicate_field', `The field '${name.slice(0, 100)}' appears twice.`, name.slice(0, 100));
    members.set(name, [start, end]);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return requireEnd(bytes, at + 1, members);
    at = skipSpace(bytes, expectByte(bytes, at, COMMA));
  }
}

function requireEnd<T>(bytes: Uint8Array, at: number, result: T): T {
  if (skipSpace(bytes, at) !== bytes.length) throw notAnObject();
  return result;
}

function expectByte(bytes: Uint8Array, at: number, expected: number): number {
  if (bytes[at] !== expected) throw notAnObject();
  return at + 1;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d || bytes[at] === 0x0a) at += 1;
  return at;
}

/** From the opening quote to the byte after the closing one: the first quote behind an even number of backslashes. */
function skipString(bytes: Uint8Array, from: number): number {
  for (let end = bytes.indexOf(QUOTE, from + 1); end !== -1; end = bytes.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw notAnObject();
}

function skipValue(bytes: Uint8Array, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(bytes, from);
  let at = from;
  while (at < bytes.length && !isScalarEnd(bytes[at])) at += 1;
  if (at === from) throw notAnObject();
  return at;
}

function skipNested(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      continue;
    }
    at += 1;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && (depth -= 1) === 0) return at;
  }
  throw notAnObject();
}

function isScalarEnd(byte: number | undefined): boolean {
  return (
    byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte === 0x20 || byte === 0x09 || byte === 0x0d
  );
}

function parseName(quoted: Uint8Array): string {
  try {
    return String(JSON.parse(decoder.decode(quoted)));
  } catch (error) {
    throw notAnObject(error);
  }
}

function notAnObject(cause?: unknown): LineError {
  return new LineError(
    'invalid_json_line',
    'This line is not parseable as a JSON object.',
    null,
    cause === undefined ? undefined : { cause },
  );
}
