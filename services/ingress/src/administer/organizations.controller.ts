import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { ifMatchOf, organizationCreate, organizationUpdate, pageQuery } from './admin-fields.js';
import { BudgetWarnings } from './budget-warnings.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Organisations: the customers of an installation, each with projects, people and keys of its own. */
@Controller('admin/v1/organizations')
export class OrganizationsController {
  constructor(
    private readonly documents: DocumentsDoor,
    private readonly warnings: BudgetWarnings,
  ) {}

  @Get()
  @Permit('read', 'Organization')
  @Describe({ summary: 'List organisations', query: pageQuery })
  async list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    return this.documents.list(asked(caller), query);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'Organization')
  @Describe({ summary: 'Make a organisation', body: organizationCreate, status: 201 })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { name, ...document } = readJson(body, organizationCreate);
    return this.documents.change(asked(caller), { name, action: 'create', document }, reply);
  }

  @Get(':organization')
  @Permit('read', 'Organization')
  @Describe({ summary: 'Read a organisation' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller), name, reply);
  }

  @Patch(':organization')
  @Permit('update', 'Organization')
  @Describe({ summary: 'Change a organisation; null takes a field away', body: organizationUpdate, takesEtag: true })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, organizationUpdate);
    const change = { name, action: 'update' as const, document, ...ifMatchOf(etag) };
    const { object, revision } = await this.documents.changed(asked(caller), change, reply);
    if (!document['budgets']) return object;
    return { ...object, ...(await this.warnings.after(revision, { organization: name }, caller)) };
  }

  @Delete(':organization')
  @Permit('delete', 'Organization')
  @Describe({ summary: 'Remove a organisation', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller']): Asked {
  return { caller, kind: 'organization' };
}
