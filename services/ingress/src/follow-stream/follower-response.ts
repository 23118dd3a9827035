import { setTimeout as pause } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { HttpLimit } from '../http/http-limits.js';

const KEEP_ALIVE = ': keep-alive\n\n';
const KEEP_ALIVE_MILLISECONDS = 10_000;
const LOOK_EVERY_MILLISECONDS = 20;

/** Writes a stream that is picked up again to whoever does so, no faster than it is read. */
export class FollowerResponse {
  /** Aborts when the reader has left, or this process stops. */
  readonly signal: AbortSignal;
  private readonly raw: ServerResponse;
  private readonly left = new AbortController();
  private wroteAt = performance.now();

  constructor(
    private readonly reply: FastifyReply,
    stopping: AbortSignal,
  ) {
    this.raw = reply.raw;
    this.raw.once('close', () => this.left.abort());
    this.signal = AbortSignal.any([this.left.signal, stopping]);
  }

  get hasBegun(): boolean {
    return this.raw.headersSent;
  }

  begin(): void {
    if (this.hasBegun || this.raw.destroyed) return;
    this.reply.hijack();
    this.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-request-id': this.reply.request.id,
    });
  }

  async write(text: string): Promise<void> {
    if (text === '' || this.raw.destroyed) return;
    this.begin();
    this.wroteAt = performance.now();
    this.raw.write(text);
    while (this.raw.writableLength >= HttpLimit.unsentFollowerBytes && !this.signal.aborted)
      await pause(LOOK_EVERY_MILLISECONDS);
  }

  /** Keeps a silent stream open, which a reader expects to have begun by then. */
  async keepAlive(): Promise<void> {
    if (performance.now() - this.wroteAt >= KEEP_ALIVE_MILLISECONDS) await this.write(KEEP_ALIVE);
  }

  end(): void {
    if (this.hasBegun) this.raw.end();
  }

  /** Breaks off: what comes next is for a connection of its own. */
  abandon(): void {
    if (this.hasBegun) this.raw.destroy();
  }
}
