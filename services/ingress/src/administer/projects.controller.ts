import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { ifMatchOf, pageQuery, projectCreate, projectUpdate } from './admin-fields.js';
import { BudgetWarnings } from './budget-warnings.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Projects of an organisation. */
@Controller('admin/v1/organizations/:organization/projects')
export class ProjectsController {
  constructor(
    private readonly documents: DocumentsDoor,
    private readonly warnings: BudgetWarnings,
  ) {}

  @Get()
  @Permit('read', 'Project')
  @Describe({ summary: 'List projects', query: pageQuery })
  async list(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Query() query: unknown,
  ): Promise<object> {
    return this.documents.list(asked(caller, organization), query);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'Project')
  @Describe({ summary: 'Make a project', body: projectCreate, status: 201 })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { name, ...document } = readJson(body, projectCreate);
    return this.documents.change(asked(caller, organization), { name, action: 'create', document }, reply);
  }

  @Get(':project')
  @Permit('read', 'Project')
  @Describe({ summary: 'Read a project' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('project') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller, organization), name, reply);
  }

  @Patch(':project')
  @Permit('update', 'Project')
  @Describe({ summary: 'Change a project; null takes a field away', body: projectUpdate, takesEtag: true })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('project') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, projectUpdate);
    const change = { name, action: 'update' as const, document, ...ifMatchOf(etag) };
    const { object, revision } = await this.documents.changed(asked(caller, organization), change, reply);
    if (!document['budgets']) return object;
    return { ...object, ...(await this.warnings.after(revision, { organization, project: name }, caller)) };
  }

  @Delete(':project')
  @Permit('delete', 'Project')
  @Describe({ summary: 'Remove a project', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('project') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller, organization), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller'], organization: string): Asked {
  return { caller, kind: 'project', organization };
}
