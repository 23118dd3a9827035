import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  configurationApplyReplySchema,
  configurationExportReplySchema,
  Subject,
  type DocumentDifference,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { applyFields } from './admin-fields.js';
import { BudgetWarnings, type BudgetOwner } from './budget-warnings.js';

const APPLY_WITHIN_MILLISECONDS = 30_000;

/** The whole configuration as one text, the other door to what the admin API keeps. */
@Controller('admin/v1/configuration')
export class ConfigurationController {
  constructor(
    private readonly messaging: Messaging,
    private readonly warnings: BudgetWarnings,
  ) {}

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
    if (isTrial) return { object: 'configuration.diff', revision, differences };
    const warned = await this.warnings.after(revision, differences.flatMap(ownerOfNewBudgets), caller);
    return { object: 'configuration.applied', revision, differences, ...warned };
  }
}

/** Whose budgets a difference may have set: those of an organisation or project that was made or whose budgets differ. */
function ownerOfNewBudgets({ kind, organization, name, change, fields }: DocumentDifference): BudgetOwner[] {
  if (change !== 'create' && !(change === 'update' && fields.includes('budgets'))) return [];
  if (kind === 'organization') return [{ organization: name }];
  return kind === 'project' && organization !== undefined ? [{ organization, project: name }] : [];
}
