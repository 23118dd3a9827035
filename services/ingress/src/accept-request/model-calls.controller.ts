import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { receiveForm } from './receive-form.js';
import { RequestIntake } from './request-intake.js';

/** Calls of models, each address with its dialect. */
@Controller('v1')
@Permit('use', 'Inference')
export class ModelCallsController {
  constructor(private readonly intake: RequestIntake) {}

  @Post('chat/completions')
  chat(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('openai-chat', request, reply);
  }

  @Post('completions')
  completions(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('openai-completions', request, reply);
  }

  @Post('embeddings')
  embeddings(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('openai-embeddings', request, reply);
  }

  @Post('images/generations')
  images(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('openai-images', request, reply);
  }

  @Post('images/edits')
  async imageEdits(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    request.body = await receiveForm(request);
    await this.intake.accept('openai-image-edits', request, reply);
  }

  @Post('images/variations')
  async imageVariations(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    request.body = await receiveForm(request);
    await this.intake.accept('openai-image-variations', request, reply);
  }

  @Post('audio/speech')
  speech(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('openai-speech', request, reply);
  }

  @Post('audio/transcriptions')
  async transcription(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    request.body = await receiveForm(request);
    await this.intake.accept('openai-transcription', request, reply);
  }

  @Post('audio/translations')
  async audioTranslation(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    request.body = await receiveForm(request);
    await this.intake.accept('openai-audio-translation', request, reply);
  }

  @Post('moderations')
  moderations(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('openai-moderations', request, reply);
  }

  @Post('messages')
  messages(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('anthropic-messages', request, reply);
  }

  @Post('messages/count_tokens')
  countTokens(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.intake.accept('anthropic-count-tokens', request, reply);
  }
}
