/** Where the text of an event begins, and the rest of a JSON string from there. */
const TEXT = /"(?:content|text|delta)"\s*:\s*"/;
// eslint-disable-next-line no-control-regex
const REST_OF_STRING = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * Tells whether an event is JSON without parsing it, where it equals one that was parsed but for its text, as most events of a
 * stream do; the others are parsed.
 */
export class KnownShape {
  private head: string | undefined;
  private tail = '';

  /** @throws SyntaxError for what is no JSON */
  check(data: string): void {
    if (this.fits(data)) return;
    JSON.parse(data);
    this.learn(data);
  }

  private fits(data: string): boolean {
    if (this.head === undefined || !data.startsWith(this.head)) return false;
    const end = endOfString(data, this.head.length);
    return data.length - end === this.tail.length && data.endsWith(this.tail);
  }

  private learn(data: string): void {
    const found = TEXT.exec(data);
    if (!found) return;
    const start = found.index + found[0].length;
    const end = endOfString(data, start);
    this.head = data.slice(0, start);
    this.tail = data.slice(end);
  }
}

/** The place after the closing quote of a string that goes on at `start`; NaN where none closes it as it should. */
function endOfString(data: string, start: number): number {
  REST_OF_STRING.lastIndex = start;
  return REST_OF_STRING.test(data) ? REST_OF_STRING.lastIndex : Number.NaN;
}
