import { Controller, Get, Res } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { Public } from '../authenticate/permit.js';
import { apiPage } from './api-page.js';
import { Describe } from './describe.js';
import { liveRoutes } from './live-routes.js';
import { openapiDocument } from './openapi-document.js';

const API_VERSION = '0.1.0';

/** What there is to call. The same for every installation of a version, so that it tells strangers nothing about this one. */
@Controller()
@Public()
export class ApiController {
  private made: { json: string; page: string } | undefined;

  constructor(private readonly modules: ModulesContainer) {}

  /** Who opens the address in a browser is shown what there is. */
  @Get()
  @Describe({ summary: 'Leads to the page of this API' })
  async root(@Res() reply: FastifyReply): Promise<void> {
    await reply.redirect('/docs', 302);
  }

  @Get('openapi.json')
  @Describe({ summary: 'This API as an OpenAPI document' })
  async document(@Res() reply: FastifyReply): Promise<void> {
    await reply.type('application/json').send(this.api.json);
  }

  @Get('docs')
  @Describe({ summary: 'This API as a page' })
  async page(@Res() reply: FastifyReply): Promise<void> {
    await reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .header('x-content-type-options', 'nosniff')
      .send(this.api.page);
  }

  private get api(): { json: string; page: string } {
    if (!this.made) {
      const document = openapiDocument(liveRoutes(this.modules), API_VERSION);
      this.made = { json: JSON.stringify(document), page: apiPage(document) };
    }
    return this.made;
  }
}
