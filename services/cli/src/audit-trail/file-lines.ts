import { createReadStream } from 'node:fs';
import { CliError } from '../cli.error.js';

const LONGEST_LINE_CHARACTERS = 32 * 1024 * 1024;
const BYTES_AT_ONCE = 256 * 1024;

/**
 * The lines of an export, one after another. Only line feeds end a line: `node:readline` also takes U+2028 and U+2029 for ends, which
 * stand in JSON as they are, so that a caller who writes one into a tag would leave a log that nobody can verify.
 * @throws CliError for a line of more than 32 million characters
 */
export async function* linesOf(file: string): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of createReadStream(file, { highWaterMark: BYTES_AT_ONCE })) {
    const pieces = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) yield withoutReturn(piece);
    if (rest.length > LONGEST_LINE_CHARACTERS)
      throw new CliError(`${file} has a line of more than ${LONGEST_LINE_CHARACTERS} characters: it is no export.`);
  }
  rest += decoder.decode();
  if (rest !== '') yield withoutReturn(rest);
}

/** Files that went by way of Windows may have both. */
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
