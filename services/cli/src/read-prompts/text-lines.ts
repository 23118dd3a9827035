import { CliError } from '../cli.error.js';

/** One line of a file, without its line end; counts from 1. */
export interface TextLine {
  readonly line: number;
  readonly text: string;
}

/** Splits bytes into lines at LF or CRLF, one line in memory; drops a byte order mark. Throws `CliError` for text that is not UTF-8. */
export async function* textLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  let rest = '';
  for await (const piece of source) {
    const parts = (rest + decode(decoder, piece, line)).split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) yield { line: (line += 1), text: text.replace(/\r$/, '') };
  }
  rest += decode(decoder, undefined, line);
  if (rest !== '') yield { line: line + 1, text: rest.replace(/\r$/, '') };
}

function decode(decoder: InstanceType<typeof TextDecoder>, piece: Uint8Array | undefined, line: number): string {
  try {
    return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
  } catch (error) {
    throw new CliError(`The file is not UTF-8 text (after line ${line}); save it as UTF-8.`, { cause: error });
  }
}
