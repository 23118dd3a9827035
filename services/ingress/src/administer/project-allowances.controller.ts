import { Controller, Get, Headers, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { budgetsBody, ifMatchOf, limitsBody } from './admin-fields.js';
import { only } from './admin-objects.js';
import { BudgetWarnings } from './budget-warnings.js';
import { DocumentsDoor } from './documents-door.js';

/** What a project may spend and how fast; part of its document, with a permission of their own. */
@Controller('admin/v1/organizations/:organization/projects/:project')
export class ProjectAllowancesController {
  constructor(
    private readonly documents: DocumentsDoor,
    private readonly warnings: BudgetWarnings,
  ) {}

  @Get('budgets')
  @Permit('read', 'Budget')
  @Describe({ summary: 'Read the budgets of a project' })
  async readBudgets(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('project') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return only('budgets', await this.documents.read({ caller, kind: 'project', organization }, name, reply));
  }

  @Put('budgets')
  @Permit('update', 'Budget')
  @Describe({ summary: 'Set the budgets of a project', body: budgetsBody, takesEtag: true })
  async setBudgets(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('project') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, budgetsBody);
    const change = { name, action: 'update' as const, document, ...ifMatchOf(etag) };
    const { object, revision } = await this.documents.changed({ caller, kind: 'project', organization }, change, reply);
    return {
      ...only('budgets', object),
      ...(await this.warnings.after(revision, { organization, project: name }, caller)),
    };
  }

  @Get('limits')
  @Permit('read', 'Limit')
  @Describe({ summary: 'Read the limits of a project' })
  async readLimits(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('project') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return only('limits', await this.documents.read({ caller, kind: 'project', organization }, name, reply));
  }

  @Put('limits')
  @Permit('update', 'Limit')
  @Describe({ summary: 'Set the limits of a project', body: limitsBody, takesEtag: true })
  async setLimits(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('project') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, limitsBody);
    const change = { name, action: 'update' as const, document, ...ifMatchOf(etag) };
    return only('limits', await this.documents.change({ caller, kind: 'project', organization }, change, reply));
  }
}
