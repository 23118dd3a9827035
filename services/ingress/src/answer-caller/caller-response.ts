import type { ServerResponse } from 'node:http';
import type { AnswerHead } from '#libs/contracts';
import type { CallerDialect } from '#libs/dialects';
import { GuardRefused } from '#libs/guards';
import { HttpLimit } from '../http/http-limits.js';
import type { AnswerGuard } from '../guard-traffic/answer-guard.js';
import { callerErrorOf } from './caller-error-of.js';
import { ANSWER_HEADERS, answerHeaders, COST_HEADER, costHeader } from './answer-headers.js';

const OK = 200;
/** What a caller is told where the guards of an answer broke. */
const UNGUARDED = {
  status: 503,
  code: 'guard_unavailable',
  message: 'The answer could not be looked at by its guards, and is not passed on; try again.',
} as const;
const KEEP_ALIVE = ': keep-alive\n\n';

/**
 * Writes one answer to one caller. Bytes of the provider go out as they came; an error takes the caller's dialect, before
 * the first byte as an HTTP status, after it as the stream's last event, never followed by a clean end mark.
 */
export class CallerResponse {
  /** Whether the answer has been given before, to an equal request. */
  isRepeat = false;
  /** Stands between the answer and its caller; absent for most. */
  guard: AnswerGuard | undefined;
  /** Whether a guard ended it; nothing more of the answer goes out. */
  isRefused = false;
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
    return this.raw.destroyed || this.isRefused;
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
    const passed = this.guard ? this.passed(() => this.guard?.chunk(bytes)) : bytes;
    if (passed !== undefined && passed.length > 0) this.raw.write(passed);
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
    if (!this.guard) return this.endStream(answer);
    const rest = this.passed(() => this.guard?.end());
    if (typeof rest === 'string') this.endStream(answer, rest);
    else void rest?.then((text) => this.endStream(answer, text)).catch((error: unknown) => this.refuse(error, answer));
  }

  private endStream(answer: AnswerHead, rest = ''): void {
    if (this.isGone) return;
    if (rest !== '') this.raw.write(rest);
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
    if (!this.guard) return this.writeWhole(bytes, answer);
    this.guard
      .whole(bytes, answer.contentType)
      .then((passed) => this.writeWhole(passed, answer))
      .catch((error: unknown) => this.refuse(error, answer));
  }

  private writeWhole(bytes: Uint8Array, answer: AnswerHead): void {
    if (this.isGone) return;
    this.raw.writeHead(answer.status, {
      'content-type': answer.contentType ?? 'application/json',
      'content-length': bytes.length,
      ...this.ownHeaders(),
      ...answerHeaders(answer),
    });
    this.raw.end(bytes);
  }

  /** Ends the answer with the refusal of a guard; whatever else goes wrong with guards is no reason to let an answer pass. */
  refuse(error: unknown, answer: AnswerHead): void {
    if (error instanceof GuardRefused) this.guard?.refused(error);
    const { status, code, message } = error instanceof GuardRefused ? error : UNGUARDED;
    this.error({ ...answer, status, error: { class: 'content_filter', code, message } });
    this.isRefused = true;
  }

  private passed<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.refuse(error, { status: OK, attempts: 0 });
      return undefined;
    }
  }

  error(answer: AnswerHead): void {
    this.guard?.broken();
    if (this.isGone) return;
    this.guard = undefined;
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

  /** The caller has left before the answer was whole. */
  left(): void {
    this.guard?.broken();
  }

  /** Breaks the connection of a caller who cannot be served further. */
  abandon(): void {
    this.raw.destroy();
  }
}
