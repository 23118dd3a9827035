import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobStoreFull, BlobStoreUnavailable, BlobTooLarge } from '#libs/blobs';
import { DialectError, type CallerError } from '#libs/dialects';
import { MessagingError, QueryRefused } from '#libs/messaging';
import { Logger } from '#libs/telemetry';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { TrailTally } from '../note-refusals/trail-tally.js';
import { IdempotentRequests } from '../repeat-request/idempotent-requests.js';
import { RateLimited } from '../limit-rate/rate-limited.js';
import { dialectOfPath } from './dialect-of-path.js';
import { HttpLimit } from './http-limits.js';

const WITHOUT_VERSION =
  /^\/(chat\/completions|completions|responses|embeddings|models|messages|moderations|files|batches|images|audio)(\/|$)/;

/** Turns whatever a handler throws into an error body of the caller's dialect; details of defects stay in the log. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly repeats: IdempotentRequests,
    private readonly tally: TrailTally,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest & Partial<AuthenticatedRequest>>();
    this.repeats.refused(request, thrown);
    const told = callerErrorOf(thrown, request);
    this.tally.refused(request.caller, told, request);
    // A caller who leaves while sending is no failure of ours, and nobody is there to be told.
    if (told.status >= 500 && !request.raw.errored)
      this.logger.warn({ requestId: request.id, status: told.status, error: thrown }, 'a request failed');
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (thrown instanceof RateLimited) reply.headers(thrown.headers);
    if (told.status === 503) reply.header('retry-after', '1');
    const answer = () =>
      void reply.status(told.status).type('application/json').send(dialectOfPath(request).encodeError(told));
    if (told.status === 413 || request.body instanceof Readable) void readOut(request.raw).then(answer);
    else answer();
  }
}

/**
 * Reads and drops the rest of a body that is too large or was refused on its way, for a while: a caller still sending would find the connection broken
 * instead of the answer that says why.
 */
async function readOut(body: IncomingMessage): Promise<void> {
  // Read to its end, it has no rest, whoever has read it.
  if (body.complete || body.readableEnded || body.destroyed) return;
  body.resume();
  const patience = AbortSignal.timeout(HttpLimit.readOutMilliseconds);
  await once(body, 'end', { signal: patience }).catch(() => undefined);
}

/** What the caller is told of an error. */
export function callerErrorOf(error: unknown, request: Pick<FastifyRequest, 'method' | 'url'>): CallerError {
  if (error instanceof DialectError)
    return { status: error.status, code: error.code, message: error.message, param: error.param };
  if (error instanceof QueryRefused) return { ...error.reply, param: error.reply.param ?? null };
  if (error instanceof MessagingError) {
    return {
      status: 503,
      code: 'temporarily_unavailable',
      message: 'A part of Switchyard does not answer now; try again in a moment.',
    };
  }
  if (error instanceof BlobTooLarge) {
    return {
      status: 413,
      code: 'file_too_large',
      message: `The file is larger than ${HttpLimit.fileBytes} bytes; split it.`,
    };
  }
  if (error instanceof BlobStoreFull) {
    return {
      status: 507,
      code: 'storage_full',
      message: 'There is no room left for files; an operator must free some.',
    };
  }
  if (error instanceof BlobStoreUnavailable) {
    return {
      status: 503,
      code: 'storage_unavailable',
      message: 'The store of files does not answer now; try again in a moment.',
    };
  }
  return frameworkError(error, request);
}

/** The usual reason: a client with the other dialect's base URL. */
function baseUrlHint(path: string): string {
  if (path.startsWith('/v1/v1/'))
    return " The path has /v1 twice: the base URL of Anthropic's clients goes without it.";
  return WITHOUT_VERSION.test(path) ? ` Did you mean /v1${path}? The base URL of OpenAI's clients ends with /v1.` : '';
}

function frameworkError(error: unknown, { method, url }: Pick<FastifyRequest, 'method' | 'url'>): CallerError {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
  const path = url.split('?')[0]?.slice(0, 200) ?? '';
  switch (status ?? 500) {
    case 404:
      return {
        status: 404,
        code: 'unknown_url',
        message: `Unknown request URL: ${method} ${path}.${baseUrlHint(path)}`,
      };
    case 413:
      return {
        status: 413,
        code: 'body_too_large',
        message: `The body is larger than ${HttpLimit.bodyBytes} bytes; send less.`,
      };
    case 415:
      return {
        status: 415,
        code: 'unsupported_media_type',
        message: 'Send the body as application/json (files as multipart/form-data).',
      };
    default:
      return status !== undefined && status >= 400 && status < 500
        ? { status, code: 'bad_request', message: 'The request is not valid HTTP for this address.' }
        : { status: 500, code: 'internal_error', message: 'Switchyard failed inside; its log has the request id.' };
  }
}
