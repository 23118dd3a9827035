import type { Readable } from 'node:stream';

/** Pieces at the beginning of a stream that go on as they come, so that nothing is put off before the first words are out. */
const IMMEDIATE_PIECES = 8;
/** The least time between two pieces after those: what comes in between goes on together with the next. */
const GATHER_MILLISECONDS = 40;
/** What may wait for its reader before the connection is told to stop. */
const MOST_WAITING_BYTES = 1024 ** 2;

type Piece = IteratorResult<Uint8Array, undefined>;

interface Waiting {
  resolve(piece: Piece): void;
  reject(error: unknown): void;
}

const DONE: Piece = { done: true, value: undefined };

/**
 * The bytes of a stream of events for one reader, in fewer pieces than they come in: a token every few milliseconds is read, parsed
 * and sent on as many times otherwise, which costs more than all else of a stream. A piece that comes after a pause of
 * `GATHER_MILLISECONDS` goes on at once, and so does all that is there at the end. A failure comes after the bytes before it.
 */
export function gatheredBody(body: Readable): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new GatheredPieces(body) };
}

class GatheredPieces implements AsyncIterator<Uint8Array, undefined> {
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private given = 0;
  private nextAt = 0;
  private waiting: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly body: Readable) {
    body.on('data', (piece: Uint8Array) => this.take(piece));
    body.on('end', () => this.finish());
    body.on('error', (error) => this.finish({ error }));
    body.on('close', () => this.finish({ error: new Error('the body was closed before its end') }));
  }

  next(): Promise<Piece> {
    if (this.isDue) return this.give();
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      if (this.bytes > 0) this.giveLater();
    });
  }

  /** The reader wants no more. */
  return(): Promise<Piece> {
    clearTimeout(this.timer);
    this.pieces = [];
    this.isOver = true;
    this.body.destroy();
    return Promise.resolve(DONE);
  }

  private get isDue(): boolean {
    if (this.isOver) return true;
    return this.bytes > 0 && (this.given < IMMEDIATE_PIECES || performance.now() >= this.nextAt);
  }

  private take(piece: Uint8Array): void {
    if (this.isOver) return;
    this.pieces.push(piece);
    this.bytes += piece.length;
    if (!this.waiting) {
      if (this.bytes > MOST_WAITING_BYTES) this.body.pause();
    } else if (this.isDue) this.answer();
    else this.giveLater();
  }

  private finish(failure?: { readonly error: unknown }): void {
    if (this.isOver) return;
    this.isOver = true;
    this.failure = failure;
    this.answer();
  }

  private giveLater(): void {
    this.timer ??= setTimeout(() => this.answer(), this.nextAt - performance.now());
  }

  private answer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = undefined;
    this.give().then(
      (piece) => waiting.resolve(piece),
      (error: unknown) => waiting.reject(error),
    );
  }

  private give(): Promise<Piece> {
    if (this.pieces.length === 0) {
      return this.failure ? Promise.reject(this.failure.error) : Promise.resolve(DONE);
    }
    const [first] = this.pieces;
    const value = this.pieces.length === 1 && first ? first : Buffer.concat(this.pieces, this.bytes);
    this.pieces = [];
    this.bytes = 0;
    this.given++;
    this.nextAt = performance.now() + GATHER_MILLISECONDS;
    if (this.body.isPaused()) this.body.resume();
    return Promise.resolve({ done: false, value });
  }
}
