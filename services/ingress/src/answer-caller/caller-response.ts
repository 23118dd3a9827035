import type { ServerResponse } from 'node:http';
import type { AnswerHead } from '#libs/contracts';
import type { CallerDialect } from '#libs/dialects';
import { HttpLimit } from '../http/http-limits.js';
import { callerErrorOf } from './caller-error-of.js';
import { ANSWER_HEADERS, answerHeaders, COST_HEADER, costHeader } from './answer-headers.js';

const OK = 200;
const KEEP_ALIVE = ': keep-alive\n\n';

/**
 * Writes one answer to one caller. Bytes of the provider go out as they came; an error takes the caller's dialect, before
 * the first byte as an HTTP status, after it as the stream's last event, never followed by a clean end mark.
 */
export class CallerResponse {
  /** Whether the answer has been given before, to an equal request. */
  isRepeat = false;
  private parts: Uint8Array[] = [];
  /** Of a stream that was begun before anything was known of its answer: what it tells at its end. */
  private late: AnswerHead | undefined;
  private readonly furtherHeaders: Record<string, string> = {};

  constructor(
    private readonly raw: ServerResponse,
    private readonly requestId: string,
    private readonly dialect: Pick<
      CallerDialect,
      'encodeError' | 'encodeStreamError' | 'keepAlive' | 'requestIdHeader'
    >,
  ) {}

  get hasBegun(): boolean {
    return this.raw.headersSent;
  }

  /** Whether the caller's connection is gone or takes nothing any more. */
  get isGone(): boolean {
    return this.raw.destroyed;
  }

  /** More headers for the answer; one of the same name takes the place of an earlier one. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    Object.assign(this.furtherHeaders, headers);
  }

  head(answer: AnswerHead): void {
    if (this.late) this.late = answer;
    else this.beginStream(answer.status, COST_HEADER, answerHeaders(answer));
  }

  /**
   * Begins a stream of which no token has come for long, as connections that are silent for minutes get closed on the way. What
   * the headers say of an answer becomes trailers, and a failure the last event of the stream.
   */
  begin(): void {
    if (this.hasBegun) return;
    this.late = { status: OK, attempts: 0 };
    this.beginStream(OK, ANSWER_HEADERS.join(', '), {});
  }

  private beginStream(status: number, trailer: string, headers: Record<string, string>): void {
    if (this.isGone) return;
    this.raw.writeHead(status, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      trailer,
      ...this.ownHeaders(),
      ...headers,
    });
  }

  /** Returns false once too much waits for a caller who does not read. */
  chunk(bytes: Uint8Array): boolean {
    if (this.isGone) return true;
    this.raw.write(bytes);
    return this.raw.writableLength <= HttpLimit.unsentBytes;
  }

  /**
   * Keeps a silent stream open. Nothing is written before it is begun: until then a failure is answered with its own HTTP status
   * and headers, which clients go by when they try again.
   */
  keepAlive(): void {
    if (this.hasBegun && !this.isGone) this.raw.write(this.dialect.keepAlive ?? KEEP_ALIVE);
  }

  end(answer: AnswerHead): void {
    if (this.isGone) return;
    this.raw.addTrailers(this.trailersOf(answer));
    this.raw.end();
  }

  /** A piece of a plain answer that is too large for one frame; sent with the rest. */
  part(bytes: Uint8Array): void {
    this.parts.push(bytes);
  }

  whole(body: Uint8Array, answer: AnswerHead): void {
    if (this.isGone) return;
    const bytes = this.parts.length === 0 ? body : Buffer.concat([...this.parts, body]);
    this.raw.writeHead(answer.status, {
      'content-type': answer.contentType ?? 'application/json',
      'content-length': bytes.length,
      ...this.ownHeaders(),
      ...answerHeaders(answer),
    });
    this.raw.end(bytes);
  }

  error(answer: AnswerHead): void {
    if (this.isGone) return;
    const error = callerErrorOf(answer);
    if (this.hasBegun) {
      this.raw.write(this.dialect.encodeStreamError?.(error) ?? '');
      this.end(answer);
      return;
    }
    const body = Buffer.from(this.dialect.encodeError(error));
    this.raw.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': body.length,
      ...this.ownHeaders(),
      ...answerHeaders(answer),
    });
    this.raw.end(body);
  }

  /** What of an answer is known at the end of a stream only. */
  protected trailersOf(answer: AnswerHead): Record<string, string> {
    return this.late ? answerHeaders({ ...this.late, ...answer, retryAfterSeconds: undefined }) : costHeader(answer);
  }

  private ownHeaders(): Record<string, string> {
    const { requestIdHeader } = this.dialect;
    const ours = { ...this.furtherHeaders, 'x-request-id': this.requestId };
    return requestIdHeader === undefined ? ours : { ...ours, [requestIdHeader]: this.requestId };
  }

  /** Breaks the connection of a caller who cannot be served further. */
  abandon(): void {
    this.raw.destroy();
  }
}
