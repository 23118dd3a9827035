import type { ByteSpan } from '#libs/contracts';

const CHARACTERS_PER_TOKEN = 4;
/** Below this size nothing that is embedded could change an estimate much. */
const LOOKED_INTO_BYTES = 16 * 1024;
/** Past the `data:…;base64,` that a file may begin with. */
const FILE_HEAD_BYTES = 128;
/** What goes on so long in letters of base64, without a space, is a file, unless the letters are few and the same. */
const FILE_BYTES = 1_024;
const FEWEST_LETTERS = 16;
/** What an image of usual size, or a page or two, comes to. */
const TOKENS_OF_FILE = 1_000;
/** One byte of so many is looked at, to learn how characters are encoded. */
const STRIDE = 17;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** Bytes of `\uXXXX` besides the one that a character counts for. */
const ESCAPE_SURPLUS = 5;

const isBase64 = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-') {
  isBase64[character.charCodeAt(0)] = 1;
}

/**
 * Tokens that a prompt will come to, by its size in a JSON body: four characters are about one token of text. A character
 * counts as one however it is encoded, and a file within the body in base64 counts for what a model makes of it, not for its
 * letters. Made for speed, from samples: true text may have from half to twice as many tokens. `pieces` are those of the prompt that are no
 * text: what they are is often not here, but behind an address.
 */
export function estimatePromptTokens(body: Uint8Array, spans: readonly (ByteSpan | undefined)[], pieces = 0): number {
  let characters = 0;
  let files = 0;
  for (const span of spans) {
    if (!span) continue;
    const bytes = span[1] - span[0];
    const size = bytes < LOOKED_INTO_BYTES ? { characters: bytes, files: 0 } : sizeOf(body, span);
    characters += size.characters;
    files += size.files;
  }
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + Math.max(files, pieces) * TOKENS_OF_FILE;
}

/** Goes from quote to quote: a string without escapes, as a file is, lies between two of them. */
function sizeOf(body: Uint8Array, [start, end]: ByteSpan): { characters: number; files: number } {
  let textBytes = 0;
  let files = 0;
  let samples = 0;
  let surplus = 0;
  let next = start;
  for (let from = start; from < end;) {
    const quote = body.indexOf(QUOTE, from);
    const to = quote < 0 || quote > end ? end : quote;
    if (isFile(body, from, to)) {
      files++;
      next = to;
    } else {
      textBytes += to - from + 1;
      for (; next < to; next += STRIDE, samples++) surplus += surplusAt(body, next);
    }
    from = to + 1;
  }
  return { characters: textBytes * (1 - surplus / Math.max(samples, 1)), files };
}

function isFile(body: Uint8Array, from: number, to: number): boolean {
  const end = from + FILE_HEAD_BYTES + FILE_BYTES;
  if (to < end) return false;
  for (let index = from + FILE_HEAD_BYTES; index < end; index++) {
    if (isBase64[body[index] as number] === 0) return false;
  }
  return new Set(body.subarray(from, end)).size >= FEWEST_LETTERS;
}

/** Bytes that a character takes besides the first, told where they are met: each of UTF-8, or all at a backslash. */
function surplusAt(body: Uint8Array, index: number): number {
  const byte = body[index] as number;
  if (byte >= 0x80 && byte < 0xc0) return 1;
  return byte === BACKSLASH && body[index + 1] === LETTER_U ? ESCAPE_SURPLUS : 0;
}
