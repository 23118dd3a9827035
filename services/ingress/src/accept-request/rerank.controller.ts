import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { RequestIntake } from './request-intake.js';

/** Reranking, at both addresses that Cohere's clients use. */
@Controller()
@Permit('use', 'Inference')
export class RerankController {
  constructor(private readonly intake: RequestIntake) {}

  @Post(['v1/rerank', 'v2/rerank'])
  rerank(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('rerank', request, reply);
  }
}
