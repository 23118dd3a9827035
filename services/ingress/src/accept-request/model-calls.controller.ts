import { Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CallerKeyGuard, type AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { RequestIntake } from './request-intake.js';

/** Calls of models, each address with its dialect. */
@Controller('v1')
@UseGuards(CallerKeyGuard)
export class ModelCallsController {
  constructor(private readonly intake: RequestIntake) {}

  @Post('chat/completions')
  chat(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('openai-chat', request, reply);
  }
}
