import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { ifMatchOf, pageQuery, planCreate, planUpdate } from './admin-fields.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Plans: what customers can buy, as data. */
@Controller('admin/v1/plans')
export class PlansController {
  constructor(private readonly documents: DocumentsDoor) {}

  @Get()
  @Permit('read', 'Plan')
  @Describe({ summary: 'List plans', query: pageQuery })
  async list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    return this.documents.list(asked(caller), query);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'Plan')
  @Describe({ summary: 'Make a plan', body: planCreate, status: 201 })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { name, ...document } = readJson(body, planCreate);
    return this.documents.change(asked(caller), { name, action: 'create', document }, reply);
  }

  @Get(':plan')
  @Permit('read', 'Plan')
  @Describe({ summary: 'Read a plan' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('plan') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller), name, reply);
  }

  @Patch(':plan')
  @Permit('update', 'Plan')
  @Describe({ summary: 'Change a plan; null takes a field away', body: planUpdate, takesEtag: true })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('plan') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, planUpdate);
    return this.documents.change(asked(caller), { name, action: 'update', document, ...ifMatchOf(etag) }, reply);
  }

  @Delete(':plan')
  @Permit('delete', 'Plan')
  @Describe({ summary: 'Remove a plan', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('plan') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller']): Asked {
  return { caller, kind: 'plan' };
}
