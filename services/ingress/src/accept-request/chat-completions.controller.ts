import { Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { chatDialect, DialectError } from '#libs/dialects';
import { withExtractedContext, withSpan } from '#libs/telemetry';
import { CallerKeyGuard, type AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { CallerResponse } from '../answer-caller/caller-response.js';
import { PendingCalls } from '../answer-caller/pending-calls.js';
import { AcceptRequestHandler } from './accept-request.handler.js';

const SPAN = { kind: 'server' } as const;

/** `POST /v1/chat/completions`, plain and streamed. */
@Controller('v1/chat/completions')
@UseGuards(CallerKeyGuard)
export class ChatCompletionsController {
  constructor(
    private readonly handler: AcceptRequestHandler,
    private readonly pending: PendingCalls,
  ) {}

  @Post()
  async complete(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    const { body } = request;
    if (!Buffer.isBuffer(body)) throw new DialectError(400, 'missing_body', 'The request has no JSON body.');
    const facts = chatDialect.readFacts(body);
    const response = new CallerResponse(reply.raw, request.id);
    // Before anything is stored or published: a caller may leave in the meantime.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) this.pending.callerLeft(request.id);
    });
    await withExtractedContext(
      (name) => headerOf(request, name),
      () =>
        withSpan('POST /v1/chat/completions', SPAN, () =>
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
