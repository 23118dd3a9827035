import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { ifMatchOf, memberCreate, memberUpdate, pageQuery } from './admin-fields.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Who may sign in to an organisation or one of its projects, and as what. */
@Controller('admin/v1/organizations/:organization/members')
export class MembersController {
  constructor(private readonly documents: DocumentsDoor) {}

  @Get()
  @Permit('read', 'Member')
  @Describe({ summary: 'List members', query: pageQuery })
  async list(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Query() query: unknown,
  ): Promise<object> {
    return this.documents.list(asked(caller, organization), query);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'Member')
  @Describe({ summary: 'Make a member', body: memberCreate, status: 201 })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, memberCreate);
    return this.documents.change(asked(caller, organization), { name: 'new', action: 'create', document }, reply);
  }

  @Get(':member')
  @Permit('read', 'Member')
  @Describe({ summary: 'Read a member' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('member') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller, organization), name, reply);
  }

  @Patch(':member')
  @Permit('update', 'Member')
  @Describe({ summary: 'Change a member; null takes a field away', body: memberUpdate, takesEtag: true })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('member') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, memberUpdate);
    return this.documents.change(
      asked(caller, organization),
      { name, action: 'update', document, ...ifMatchOf(etag) },
      reply,
    );
  }

  @Delete(':member')
  @Permit('delete', 'Member')
  @Describe({ summary: 'Remove a member', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('member') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller, organization), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller'], organization: string): Asked {
  return { caller, kind: 'member', organization };
}
