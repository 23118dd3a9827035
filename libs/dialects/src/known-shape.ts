/** Where the text of an event begins. */
const TEXT = /"(?:content|text|delta)"\s*:\s*"/;
const QUOTE = '"';

/**
 * Tells whether an event is JSON without parsing it, where it equals one that was parsed but for a plain text, as most events of
 * a stream do; the others are parsed.
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
    if (this.head === undefined) return false;
    const textEnd = data.length - this.tail.length;
    if (textEnd < this.head.length || !data.startsWith(this.head) || !data.endsWith(this.tail)) return false;
    return isPlain(data, this.head.length, textEnd);
  }

  private learn(data: string): void {
    const found = TEXT.exec(data);
    if (!found) return;
    const start = found.index + found[0].length;
    const end = data.indexOf(QUOTE, start);
    if (!isPlain(data, start, end)) return;
    this.head = data.slice(0, start);
    this.tail = data.slice(end);
  }
}

/** Whether these characters can stand in a JSON string as they are. */
function isPlain(data: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const code = data.charCodeAt(index);
    if (code < 0x20 || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}
