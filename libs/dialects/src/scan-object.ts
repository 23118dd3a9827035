import type { ByteSpan } from '#libs/contracts';
import { DialectError } from './dialect-error.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

const decoder = new TextDecoder();

/**
 * Finds where the values of an object's own members stand in its JSON bytes, without building anything, and refuses what
 * would be dangerous or ambiguous further on: nesting deeper than `maxDepth`, and a member named twice (parsers differ in
 * which one counts). It does not validate JSON; parse the bytes besides.
 */
export function scanObject(bytes: Uint8Array, maxDepth: number): Map<string, ByteSpan> {
  const members = new Map<string, ByteSpan>();
  let depth = 0;
  let name: string | undefined;
  let valueStart = -1;
  let lastEnd = 0;

  const closeMember = () => {
    if (name !== undefined && valueStart >= 0) members.set(name, [valueStart, lastEnd]);
    name = undefined;
    valueStart = -1;
  };

  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte <= 0x20) continue;
    if (depth === 1 && name !== undefined && valueStart < 0 && byte !== COLON) valueStart = index;
    if (byte === QUOTE) {
      const end = endOfString(bytes, index);
      if (depth === 1 && name === undefined) name = memberName(bytes, index, end, members);
      index = end - 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > maxDepth)
        throw new DialectError(400, 'too_deep', `The body is nested deeper than ${maxDepth} levels; flatten it.`);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth === 0) closeMember();
    } else if (byte === COMMA && depth === 1) {
      closeMember();
    }
    lastEnd = index + 1;
  }
  return members;
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let end = bytes.indexOf(QUOTE, start + 1); end >= 0; end = bytes.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return bytes.length;
}

function memberName(bytes: Uint8Array, start: number, end: number, known: Map<string, ByteSpan>): string {
  const raw = decoder.decode(bytes.subarray(start, end));
  const name = raw.includes('\\') ? unescaped(raw) : raw.slice(1, -1);
  if (known.has(name))
    throw new DialectError(
      400,
      'duplicate_field',
      `The field '${name.slice(0, 100)}' appears twice; send it once.`,
      name.slice(0, 100),
    );
  return name;
}

function unescaped(raw: string): string {
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw;
  }
}
