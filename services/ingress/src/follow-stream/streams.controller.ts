import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { headerOf } from '../accept-request/request-facts.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields } from '../http/read-json.js';
import { FollowRequestHandler } from './follow-request.handler.js';
import { startingAfter } from './stream-position.js';

const querySchema = z.object({ starting_after: z.string().max(20).optional() });

/** Streamed answers whose callers went away, and come back. */
@Controller('v1/requests')
export class StreamsController {
  constructor(private readonly requests: FollowRequestHandler) {}

  @Get(':id/stream')
  @Permit('read', 'Response')
  follow(
    @Req() request: AuthenticatedRequest,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = startingAfter(readFields(query, querySchema).starting_after, headerOf(request, 'last-event-id'));
    return this.requests.follow(request.caller, id, after, reply);
  }
}
