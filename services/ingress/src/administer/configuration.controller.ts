import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { configurationApplyReplySchema, configurationExportReplySchema, Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { applyFields } from './admin-fields.js';

const APPLY_WITHIN_MILLISECONDS = 30_000;

/** The whole configuration as one text, the other door to what the admin API keeps. */
@Controller('admin/v1/configuration')
export class ConfigurationController {
  constructor(private readonly messaging: Messaging) {}

  @Get()
  @Permit('read', 'Configuration')
  @Describe({ summary: 'The configuration in force as YAML, without secrets' })
  async export(@Req() { caller }: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    const { text, revision } = await this.messaging.ask(
      Subject.configurationExport,
      { caller },
      configurationExportReplySchema,
    );
    await reply.type('application/yaml').header('x-switchyard-revision', revision).send(text);
  }

  @Post('apply')
  @HttpCode(200)
  @Permit('update', 'Configuration')
  @Describe({ summary: 'Make what the API keeps into what a text says', body: applyFields })
  apply(@Req() request: AuthenticatedRequest): Promise<object> {
    return this.ask(request, false);
  }

  @Post('diff')
  @HttpCode(200)
  @Permit('read', 'Configuration')
  @Describe({ summary: 'What applying a text would change', body: applyFields })
  diff(@Req() request: AuthenticatedRequest): Promise<object> {
    return this.ask(request, true);
  }

  private async ask({ caller, body }: AuthenticatedRequest, isTrial: boolean): Promise<object> {
    const command = { caller, isTrial, ...readJson(body, applyFields) };
    const { differences, revision } = await this.messaging.ask(
      Subject.configurationApply,
      command,
      configurationApplyReplySchema,
      APPLY_WITHIN_MILLISECONDS,
    );
    return { object: isTrial ? 'configuration.diff' : 'configuration.applied', revision, differences };
  }
}
