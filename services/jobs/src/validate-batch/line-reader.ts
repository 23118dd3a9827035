const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** One line of a file, without its line end. `bytes` is undefined for a line longer than the limit. */
export interface FileLine {
  /** Counts from 1. */
  readonly line: number;
  /** Where the line's first byte stands in the file. */
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array | undefined;
}

/** Where reading starts, when not at the start of the file, and the longest line that is held. */
export interface LineReaderOptions {
  readonly lineBytes: number;
  readonly firstLine?: number;
  readonly firstOffset?: number;
}

/**
 * Splits a stream of bytes into lines. Holds one piece of the stream and at most one line; ends lines at LF or CRLF, drops a
 * byte order mark, and gives the last line whether or not it has a line end.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  options: LineReaderOptions,
): AsyncGenerator<FileLine> {
  const splitter = new LineSplitter(options);
  for await (const piece of source) {
    let from = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, from);
      if (end === -1) break;
      yield splitter.finish(piece.subarray(from, end), 1);
      from = end + 1;
    }
    splitter.hold(piece.subarray(from));
  }
  if (splitter.hasRest) yield splitter.finish(new Uint8Array(0), 0);
}

class LineSplitter {
  private line: number;
  private offset: number;
  private held: Uint8Array[] = [];
  private heldBytes = 0;

  constructor(private readonly options: LineReaderOptions) {
    this.line = options.firstLine ?? 1;
    this.offset = options.firstOffset ?? 0;
  }

  get hasRest(): boolean {
    return this.heldBytes > 0;
  }

  /** Keeps the start of a line whose end is in a later piece; one that is too long already is only counted. */
  hold(start: Uint8Array): void {
    if (start.byteLength === 0) return;
    this.heldBytes += start.byteLength;
    if (this.heldBytes > this.options.lineBytes) this.held = [];
    else this.held.push(start);
  }

  finish(end: Uint8Array, lineEndBytes: 0 | 1): FileLine {
    const rawBytes = this.heldBytes + end.byteLength;
    const whole = rawBytes > this.options.lineBytes ? undefined : this.join(end);
    const before = whole && this.offset === 0 && startsWithMark(whole) ? BYTE_ORDER_MARK.length : 0;
    const after = whole?.at(-1) === CARRIAGE_RETURN ? 1 : 0;
    const bytes = whole?.subarray(before, whole.byteLength - after);
    const line = { line: this.line, offset: this.offset + before, length: bytes?.byteLength ?? rawBytes, bytes };
    this.line += 1;
    this.offset += rawBytes + lineEndBytes;
    this.held = [];
    this.heldBytes = 0;
    return line;
  }

  private join(end: Uint8Array): Uint8Array {
    return this.held.length === 0 ? end : Buffer.concat([...this.held, end]);
  }
}

function startsWithMark(bytes: Uint8Array): boolean {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
}
