import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { providerUpdate, ifMatchOf, pageQuery, providerCreate } from './admin-fields.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Providers and their credentials, which are never shown. */
@Controller('admin/v1/providers')
export class ProvidersController {
  constructor(private readonly documents: DocumentsDoor) {}

  @Get()
  @Permit('read', 'Configuration')
  @Describe({ summary: 'List providers', query: pageQuery })
  async list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    return this.documents.list(asked(caller), query);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'Configuration')
  @Describe({ summary: 'Make a provider', body: providerCreate, status: 201 })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { name, ...document } = readJson(body, providerCreate);
    return this.documents.change(asked(caller), { name, action: 'create', document }, reply);
  }

  @Get(':provider')
  @Permit('read', 'Configuration')
  @Describe({ summary: 'Read a provider' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('provider') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller), name, reply);
  }

  @Patch(':provider')
  @Permit('update', 'Configuration')
  @Describe({ summary: 'Change a provider; null takes a field away', body: providerUpdate, takesEtag: true })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('provider') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, providerUpdate);
    return this.documents.change(asked(caller), { name, action: 'update', document, ...ifMatchOf(etag) }, reply);
  }

  @Delete(':provider')
  @Permit('delete', 'Configuration')
  @Describe({ summary: 'Remove a provider', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('provider') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller']): Asked {
  return { caller, kind: 'provider' };
}
