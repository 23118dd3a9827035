import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { modelUpdate, ifMatchOf, modelCreate, pageQuery } from './admin-fields.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Public models with their targets, prices and routing. */
@Controller('admin/v1/models')
export class CatalogueModelsController {
  constructor(private readonly documents: DocumentsDoor) {}

  @Get()
  @Permit('read', 'CatalogueModel')
  @Describe({ summary: 'List models', query: pageQuery })
  async list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    return this.documents.list(asked(caller), query);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'CatalogueModel')
  @Describe({ summary: 'Make a model', body: modelCreate, status: 201 })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { name, ...document } = readJson(body, modelCreate);
    return this.documents.change(asked(caller), { name, action: 'create', document }, reply);
  }

  @Get(':model')
  @Permit('read', 'CatalogueModel')
  @Describe({ summary: 'Read a model' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('model') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller), name, reply);
  }

  @Patch(':model')
  @Permit('update', 'CatalogueModel')
  @Describe({ summary: 'Change a model; null takes a field away', body: modelUpdate, takesEtag: true })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('model') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, modelUpdate);
    return this.documents.change(asked(caller), { name, action: 'update', document, ...ifMatchOf(etag) }, reply);
  }

  @Delete(':model')
  @Permit('delete', 'CatalogueModel')
  @Describe({ summary: 'Remove a model', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('model') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller']): Asked {
  return { caller, kind: 'model' };
}
