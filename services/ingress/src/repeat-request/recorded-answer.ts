import type { ServerResponse } from 'node:http';
import { HttpLimit } from '../http/http-limits.js';
import { RepeatLimit } from './repeat-limits.js';

type Headers = Readonly<Record<string, string>>;

/** An answer as it went out, or would have gone out to a caller who left. `body` is undefined where it is too large to keep. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer | undefined;
}

/** Done with an answer before its caller sees the end of it; undefined for one that broke off. */
export type Keep = (answer: WholeAnswer | undefined) => Promise<void>;

type Member = keyof ServerResponse;

/**
 * Stands in the place of a response: writes what it is given to the caller and keeps a copy, and the caller gets the end only when
 * the copy is kept. A caller who leaves is not noticed by whoever answers: the answer is for those who ask again.
 */
export class RecordedAnswer {
  /** To be used wherever the response would be. */
  readonly response: ServerResponse;
  private status = 0;
  private headers: Headers = {};
  private hasBegun = false;
  private hasEnded = false;
  private chunks: Buffer[] = [];
  private bytes = 0;
  private readonly whenClosed: (() => void)[] = [];

  constructor(
    private readonly real: ServerResponse,
    private readonly keep: Keep,
  ) {
    const own: Partial<Record<Member, unknown>> = {
      writeHead: this.writeHead.bind(this),
      write: this.write.bind(this),
      end: this.end.bind(this),
      addTrailers: this.addTrailers.bind(this),
      destroy: this.destroy.bind(this),
      once: this.listen.bind(this),
      on: this.listen.bind(this),
    };
    const states: Partial<Record<Member, () => unknown>> = {
      headersSent: () => this.hasBegun,
      writableEnded: () => this.hasEnded,
      writableFinished: () => this.hasEnded,
      destroyed: () => false,
      writableLength: () => this.unsent(),
    };
    this.response = new Proxy(real, {
      get: (target, name) => {
        if (name in own) return own[name as Member];
        const state = states[name as Member];
        if (state) return state();
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
    });
  }

  private get isHeard(): boolean {
    return !this.real.destroyed;
  }

  private writeHead(status: number, ...rest: unknown[]): ServerResponse {
    const given = rest.find((each) => typeof each === 'object' && each !== null) ?? {};
    this.hasBegun = true;
    this.status = status;
    this.headers = { ...this.headers, ...textual(this.real.getHeaders()), ...textual(given) };
    if (this.isHeard) this.real.writeHead(status, given as Record<string, string>);
    return this.response;
  }

  private write(chunk: string | Uint8Array): boolean {
    this.record(chunk);
    return this.isHeard ? this.real.write(chunk) : true;
  }

  /** A trailer of a stream is a header when the answer is given again as a whole. */
  private addTrailers(trailers: object): void {
    this.headers = { ...this.headers, ...textual(trailers) };
    if (this.isHeard) this.real.addTrailers(textual(trailers));
  }

  private end(chunk?: unknown): ServerResponse {
    if (this.hasEnded) return this.response;
    const last = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : undefined;
    if (last !== undefined) this.record(last);
    if (!this.hasBegun) {
      this.status = this.real.statusCode;
      this.headers = textual(this.real.getHeaders());
    }
    this.hasEnded = true;
    const body = this.bytes > RepeatLimit.answerBytes ? undefined : Buffer.concat(this.chunks);
    void this.finish(body, last);
    return this.response;
  }

  private async finish(body: Buffer | undefined, last: string | Uint8Array | undefined): Promise<void> {
    await this.keep({ status: this.status, headers: this.headers, body });
    if (this.isHeard) this.real.end(last);
    this.close();
  }

  private destroy(): ServerResponse {
    this.real.destroy();
    if (this.hasEnded) return this.response;
    this.hasEnded = true;
    void this.keep(undefined).then(() => this.close());
    return this.response;
  }

  /** Whoever waits for the connection to close learns of the end of the answer instead. */
  private listen(event: string, listener: (...values: unknown[]) => void): ServerResponse {
    if (event === 'close') this.whenClosed.push(listener);
    else this.real.on(event, listener);
    return this.response;
  }

  private close(): void {
    this.chunks = [];
    for (const listener of this.whenClosed.splice(0)) listener();
  }

  private record(chunk: string | Uint8Array): void {
    const piece = Buffer.from(chunk);
    this.bytes += piece.length;
    if (this.bytes > RepeatLimit.answerBytes) this.chunks = [];
    else this.chunks.push(piece);
  }

  /** A caller who reads too slowly is given up, but not the answer. */
  private unsent(): number {
    if (this.real.writableLength > HttpLimit.unsentBytes) this.real.destroy();
    return this.isHeard ? this.real.writableLength : 0;
  }
}

function textual(headers: object): Record<string, string> {
  const given = Object.entries(headers as Record<string, unknown>).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
