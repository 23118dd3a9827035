import { DialectError } from '#libs/dialects';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const SPACE = 0x20;

/** What is expected next. `name`, `member` and `request` are within a value whose bytes are being gathered. */
type State =
  | 'object'
  | 'first name'
  | 'next name'
  | 'name'
  | 'colon'
  | 'value'
  | 'member'
  | 'after member'
  | 'first request'
  | 'next request'
  | 'request'
  | 'after request'
  | 'end';

/** What the reader of a list is held to. */
export interface RequestListLimits {
  /** Most bytes of one request, and of all other members together with their names. */
  readonly requestBytes: number;
}

/** Beside its requests a body says a few things; what is held of them is bounded in bytes and in number. */
const MOST_MEMBERS = 64;

/**
 * Reads `{…, "requests": [{…}, {…}], …}` as it comes, however long it is: gives each request's own bytes as soon as they are
 * there, and holds one at most. The other members are in `members` when their turn has come. What a request holds is for whoever
 * takes it to check.
 */
export class RequestListReader {
  /** The members beside `requests`, parsed. */
  readonly members = new Map<string, unknown>();
  private state: State = 'object';
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  private name = '';
  private hasList = false;
  private readBytes = 0;
  private memberBytes = 0;

  constructor(private readonly limits: RequestListLimits) {}

  /** The requests that end in these bytes. @throws DialectError 400 for what is no such object, 413 for a request too large. */
  *read(piece: Uint8Array): Generator<Buffer> {
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      if (this.isGathering) {
        if (this.inString) at = this.skipText(piece, at);
        else this.goOn(piece[at] as number);
        if (this.inString || this.depth > 0 || !this.isOver(piece[at])) continue;
        const isScalar = this.depth < 0;
        const value = this.take(piece.subarray(start, isScalar ? at : at + 1));
        if (this.state === 'request') yield value;
        this.finish(value);
        if (!isScalar) continue;
      }
      const byte = piece[at] as number;
      if (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      this.step(byte, at);
      start = at;
    }
    if (this.isGathering) this.hold(piece.subarray(start));
    this.readBytes += piece.length;
  }

  /** To be called after the last byte. @throws DialectError 400 where the object or its list is not there or not whole. */
  end(): void {
    if (this.state !== 'end') throw this.unreadable(0, 'it breaks off');
    if (!this.hasList) throw missing('requests');
  }

  private get isGathering(): boolean {
    return this.state === 'name' || this.state === 'member' || this.state === 'request';
  }

  /** From within a text to the byte that ends it, or to the last one of the piece: `inString` says which. */
  private skipText(piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.length) {
      if (this.isEscaped) {
        this.isEscaped = false;
        at += 1;
        continue;
      }
      const quote = piece.indexOf(QUOTE, at);
      const end = quote === -1 ? piece.length : quote;
      let backslashes = 0;
      while (end - backslashes > at && piece[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
      this.isEscaped = backslashes % 2 === 1;
      if (quote !== -1 && !this.isEscaped) {
        this.inString = false;
        return quote;
      }
      at = end;
    }
    return piece.length - 1;
  }

  /** One byte on within a value, outside of its texts. */
  private goOn(byte: number): void {
    if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.depth += 1;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && this.depth > 0) this.depth -= 1;
  }

  /** `depth` is -1 for a number or a word, which ends before the byte that cannot be of it. */
  private isOver(byte: number | undefined): boolean {
    return this.depth === 0 || byte === COMMA || byte === CLOSE_BRACE || (byte !== undefined && byte <= SPACE);
  }

  private step(byte: number, at: number): void {
    switch (this.state) {
      case 'object':
        return this.expect(byte === OPEN_BRACE, at, 'first name');
      case 'first name':
      case 'next name':
        if (byte === CLOSE_BRACE && this.state === 'first name') return this.expect(true, at, 'end');
        return this.begin('name', byte, byte === QUOTE, at);
      case 'colon':
        return this.expect(byte === COLON, at, 'value');
      case 'value':
        if (this.name !== 'requests') return this.begin('member', byte, true, at);
        this.hasList = true;
        return this.expect(byte === OPEN_BRACKET, at, 'first request');
      case 'first request':
      case 'next request':
        if (byte === CLOSE_BRACKET && this.state === 'first request') return this.expect(true, at, 'after member');
        return this.begin('request', byte, byte === OPEN_BRACE, at);
      case 'after request':
        return this.expect(
          byte === COMMA || byte === CLOSE_BRACKET,
          at,
          byte === COMMA ? 'next request' : 'after member',
        );
      case 'after member':
        return this.expect(byte === COMMA || byte === CLOSE_BRACE, at, byte === COMMA ? 'next name' : 'end');
      case 'name':
      case 'member':
      case 'request':
      case 'end':
        throw this.unreadable(at, 'something follows its end');
    }
  }

  private expect(isRight: boolean, at: number, next: State): void {
    if (!isRight) throw this.unreadable(at);
    this.state = next;
  }

  private begin(state: 'name' | 'member' | 'request', byte: number, isRight: boolean, at: number): void {
    this.expect(isRight, at, state);
    this.inString = byte === QUOTE;
    this.depth = byte === OPEN_BRACE || byte === OPEN_BRACKET ? 1 : this.inString ? 0 : -1;
  }

  private finish(value: Buffer): void {
    if (this.state === 'name') {
      this.name = String(this.parse(value));
      this.holdMember(value);
      if (this.members.size >= MOST_MEMBERS) throw tooManyMembers();
      if (this.members.has(this.name) || (this.name === 'requests' && this.hasList)) throw twice(this.name);
      this.state = 'colon';
    } else if (this.state === 'member') {
      this.holdMember(value);
      this.members.set(this.name, this.parse(value));
      this.state = 'after member';
    } else {
      this.state = 'after request';
    }
  }

  private hold(bytes: Uint8Array): void {
    this.heldBytes += bytes.length;
    if (this.heldBytes > this.limits.requestBytes) throw this.tooLarge('One of the requests, or another field,');
    this.held.push(bytes);
  }

  private holdMember(value: Uint8Array): void {
    this.memberBytes += value.length;
    if (this.memberBytes > this.limits.requestBytes) throw this.tooLarge("What stands beside 'requests'");
  }

  private tooLarge(what: string): DialectError {
    const message = `${what} has more than ${this.limits.requestBytes} bytes; send less.`;
    return new DialectError(413, 'request_too_large', message, 'requests');
  }

  private take(end: Uint8Array): Buffer {
    this.hold(end);
    const value = Buffer.concat(this.held);
    this.held = [];
    this.heldBytes = 0;
    return value;
  }

  private parse(value: Buffer): unknown {
    try {
      return JSON.parse(value.toString('utf8'));
    } catch {
      throw this.unreadable(0);
    }
  }

  private unreadable(at: number, why = 'it is not valid JSON there'): DialectError {
    return new DialectError(
      400,
      'invalid_json',
      `The body cannot be read as {"requests": [{…}, …]} around byte ${this.readBytes + at}: ${why}.`,
    );
  }
}

function missing(name: string): DialectError {
  return new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${name}'.`, name);
}

function tooManyMembers(): DialectError {
  return new DialectError(
    400,
    'invalid_value',
    `The body has more than ${MOST_MEMBERS} fields; requests belong into 'requests'.`,
  );
}

function twice(name: string): DialectError {
  return new DialectError(400, 'duplicate_field', `The field '${name.slice(0, 100)}' appears twice; send it once.`);
}
