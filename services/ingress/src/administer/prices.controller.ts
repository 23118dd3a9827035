import { Controller, Delete, Get, Headers, Param, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { ifMatchOf, pageQuery, pricePut } from './admin-fields.js';
import { DocumentsDoor, type Asked } from './documents-door.js';

/** Prices of models at providers, from a time on, in the place of those of targets and of the catalogue. */
@Controller('admin/v1/prices')
export class PricesController {
  constructor(private readonly documents: DocumentsDoor) {}

  @Get()
  @Permit('read', 'Price')
  @Describe({ summary: 'List prices, each with its version', query: pageQuery })
  async list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    return this.documents.list(asked(caller), query);
  }

  @Get(':price')
  @Permit('read', 'Price')
  @Describe({ summary: 'Read a price' })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('price') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.read(asked(caller), name, reply);
  }

  @Put(':price')
  @Permit('update', 'Price')
  @Describe({
    summary: 'Make a price, or replace one as a whole (with its etag)',
    body: pricePut,
    takesEtag: true,
  })
  async put(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('price') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const document = readJson(body, pricePut);
    return this.documents.change(asked(caller), { name, action: 'put', document, ...ifMatchOf(etag) }, reply);
  }

  @Delete(':price')
  @Permit('delete', 'Price')
  @Describe({ summary: 'Remove a price; what targets and the catalogue say holds again', takesEtag: true })
  async remove(
    @Req() { caller }: AuthenticatedRequest,
    @Param('price') name: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.documents.change(asked(caller), { name, action: 'delete', ...ifMatchOf(etag) }, reply);
  }
}

function asked(caller: Asked['caller']): Asked {
  return { caller, kind: 'price' };
}
