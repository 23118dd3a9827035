import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { carriedDocumentSchema, responseDeletedSchema, Subject, type ResponseDeleted } from '#libs/contracts';
import { BodyClaims, Messaging, openDocument } from '#libs/messaging';
import { z } from 'zod';
import { headerOf } from '../accept-request/request-facts.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { FollowResponseHandler } from '../follow-stream/follow-response.handler.js';
import { startingAfter } from '../follow-stream/stream-position.js';
import { readFields } from '../http/read-json.js';
import { CreateResponseHandler } from './create-response.handler.js';

const pageSchema = z.object({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
});
const readSchema = z.object({ stream: z.string().optional(), starting_after: z.string().max(20).optional() });
const id = z.string().min(1).max(200);

/** OpenAI's Responses API: create, read, delete, list the input. The jobs service keeps the responses. */
@Controller('v1/responses')
export class ResponsesController {
  constructor(
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
    private readonly creation: CreateResponseHandler,
    private readonly streams: FollowResponseHandler,
  ) {}

  @Post()
  @Permit('use', 'Inference')
  create(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.creation.handle(request, reply);
  }

  @Get(':id')
  @Permit('read', 'Response')
  async read(
    @Req() request: AuthenticatedRequest,
    @Param('id') text: string,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { stream, starting_after: position } = readFields(query, readSchema);
    const { caller } = request;
    const responseId = readFields(text, id);
    if (stream === 'true') {
      const after = startingAfter(position, headerOf(request, 'last-event-id'));
      return this.streams.follow(caller, responseId, after, reply);
    }
    const response = await this.ask(Subject.responseRead, { caller, id: responseId });
    void reply.type('application/json').send(JSON.stringify(response));
  }

  @Post(':id/cancel')
  @Permit('update', 'Response')
  @HttpCode(200)
  cancel(@Req() { caller }: AuthenticatedRequest, @Param('id') text: string): Promise<unknown> {
    return this.ask(Subject.responseCancel, { caller, id: readFields(text, id) });
  }

  @Delete(':id')
  @Permit('delete', 'Response')
  delete(@Req() { caller }: AuthenticatedRequest, @Param('id') text: string): Promise<ResponseDeleted> {
    return this.messaging.ask(Subject.responseDelete, { caller, id: readFields(text, id) }, responseDeletedSchema);
  }

  @Get(':id/input_items')
  @Permit('read', 'Response')
  inputItems(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') text: string,
    @Query() query: unknown,
  ): Promise<unknown> {
    const page = readFields(query, pageSchema);
    return this.ask(Subject.responseInputList, { caller, id: readFields(text, id), ...page });
  }

  private async ask(subject: string, query: unknown): Promise<unknown> {
    return openDocument(this.bodies, await this.messaging.ask(subject, query, carriedDocumentSchema));
  }
}
