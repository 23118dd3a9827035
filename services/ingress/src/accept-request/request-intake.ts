import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DialectError, dialectNamed } from '#libs/dialects';
import { withExtractedContext, withSpan } from '#libs/telemetry';
import { CallerResponse } from '../answer-caller/caller-response.js';
import { PendingCalls } from '../answer-caller/pending-calls.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { AcceptRequestHandler } from './accept-request.handler.js';

const SPAN = { kind: 'server' } as const;

/** Takes a request of any dialect from HTTP: reads its facts, and hands it on with the response it is to be answered by. */
@Injectable()
export class RequestIntake {
  constructor(
    private readonly handler: AcceptRequestHandler,
    private readonly pending: PendingCalls,
  ) {}

  /** @throws DialectError for a request that is not what the dialect asks for. */
  async accept(dialectName: string, request: AuthenticatedRequest, reply: FastifyReply): Promise<void> {
    const { body } = request;
    if (!Buffer.isBuffer(body)) throw new DialectError(400, 'missing_body', 'The request has no JSON body.');
    const dialect = dialectNamed(dialectName);
    const facts = dialect.readFacts(body, request.headers['content-type']);
    const response = new CallerResponse(reply.raw, request.id, dialect);
    // Before anything is stored or published: a caller may leave in the meantime.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) this.pending.callerLeft(request.id);
    });
    await withExtractedContext(
      (name) => headerOf(request, name),
      () =>
        withSpan(`POST ${request.routeOptions.url}`, SPAN, () =>
          this.handler.handle({ requestId: request.id, caller: request.caller, facts, body, response }),
        ),
    );
    reply.hijack();
  }
}

function headerOf({ headers }: AuthenticatedRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
