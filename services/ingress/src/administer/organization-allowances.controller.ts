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

/** What an organisation may spend and how fast; part of its document, with a permission of their own. */
@Controller('admin/v1/organizations/:organization')
export class OrganizationAllowancesController {
  constructor(
    private readonly documents: DocumentsDoor,
    private readonly warnings: BudgetWarnings,
  ) {}

  @Get('budgets')
  @Permit('read', 'Budget')
  @Describe({ summary: 'Read the budgets of a organization' })
  async readBudgets(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return only('budgets', await this.documents.read({ caller, kind: 'organization' }, name, reply));
  }

  @Put('budgets')
  @Permit('update', 'Budget')
  @Describe({ summary: 'Set the budgets of a organization', body: budgetsBody, takesEtag: true })
  async setBudgets(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, budgetsBody);
    const change = { name, action: 'update' as const, document, ...ifMatchOf(etag) };
    const { object, revision } = await this.documents.changed({ caller, kind: 'organization' }, change, reply);
    return { ...only('budgets', object), ...(await this.warnings.after(revision, { organization: name }, caller)) };
  }

  @Get('limits')
  @Permit('read', 'Limit')
  @Describe({ summary: 'Read the limits of a organization' })
  async readLimits(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return only('limits', await this.documents.read({ caller, kind: 'organization' }, name, reply));
  }

  @Put('limits')
  @Permit('update', 'Limit')
  @Describe({ summary: 'Set the limits of a organization', body: limitsBody, takesEtag: true })
  async setLimits(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, limitsBody);
    const change = { name, action: 'update' as const, document, ...ifMatchOf(etag) };
    return only('limits', await this.documents.change({ caller, kind: 'organization' }, change, reply));
  }
}
