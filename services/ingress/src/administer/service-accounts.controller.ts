import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { ifMatchOf, pageQuery, serviceAccountCreate, serviceAccountUpdate } from './admin-fields.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Accounts of programs: keys of one act with its role. */
@Controller('admin/v1/organizations/:organization/service-accounts')
export class ServiceAccountsController {
  constructor(private readonly documents: DocumentsDoor) {}

  @Get()
  @Permit('read', 'ServiceAccount')
  @Describe({ summary: 'List service accounts', query: pageQuery })
  async list(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Query() query: unknown,
  ): Promise<object> {
    return this.documents.list(asked(caller, organization), query);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'ServiceAccount')
  @Describe({ summary: 'Make a service account', body: serviceAccountCreate, status: 201 })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { name, ...document } = readJson(body, serviceAccountCreate);
    return this.documents.change(asked(caller, organization), { name, action: 'create', document }, reply);
  }

  @Get(':account')
  @Permit('read', 'ServiceAccount')
  @Describe({ summary: 'Read a service account' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('account') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller, organization), name, reply);
  }

  @Patch(':account')
  @Permit('update', 'ServiceAccount')
  @Describe({
    summary: 'Change a service account; null takes a field away',
    body: serviceAccountUpdate,
    takesEtag: true,
  })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('account') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, serviceAccountUpdate);
    return this.documents.change(
      asked(caller, organization),
      { name, action: 'update', document, ...ifMatchOf(etag) },
      reply,
    );
  }

  @Delete(':account')
  @Permit('delete', 'ServiceAccount')
  @Describe({ summary: 'Remove a service account', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('account') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller, organization), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller'], organization: string): Asked {
  return { caller, kind: 'service-account', organization };
}
