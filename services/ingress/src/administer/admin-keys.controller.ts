import { Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  issuedKeySchema,
  keyCreateFields,
  keyObjectSchema,
  keyPageSchema,
  keyRevokedSchema,
  keyRotateFields,
  keyUpdateFields,
  Subject,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields, readJson } from '../http/read-json.js';
import { ifMatchOf, keyPageQuery } from './admin-fields.js';
import { pageObject } from './admin-objects.js';
import { BudgetWarnings } from './budget-warnings.js';

/** Beside the key, budgets whose limit is below what is spent and held already. */
const changedKeySchema = keyObjectSchema.extend({ warnings: z.array(z.string()).optional() });

/** Keys of an organisation's projects. A key is shown in the answer that makes it, and never again. */
@Controller('admin/v1/organizations/:organization/keys')
export class AdminKeysController {
  constructor(
    private readonly messaging: Messaging,
    private readonly warnings: BudgetWarnings,
  ) {}

  @Get()
  @Permit('read', 'Key')
  @Describe({ summary: 'List keys', query: keyPageQuery, answer: keyObjectSchema })
  async list(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Query() query: unknown,
  ): Promise<object> {
    const fields = readFields(query, keyPageQuery);
    const page = await this.messaging.ask(Subject.keyList, { caller, organization, ...fields }, keyPageSchema);
    return pageObject(page.keys, page.hasMore, ({ id }) => id);
  }

  @Post()
  @HttpCode(201)
  @Permit('create', 'Key')
  @Describe({ summary: 'Make a key', body: keyCreateFields, answer: issuedKeySchema, status: 201 })
  async issue(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const fields = readJson(body, keyCreateFields);
    return shownOnce(
      reply,
      await this.messaging.ask(Subject.keyIssue, { caller, organization, fields }, issuedKeySchema),
    );
  }

  @Get(':id')
  @Permit('read', 'Key')
  @Describe({ summary: 'Read a key', answer: keyObjectSchema })
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const key = await this.messaging.ask(Subject.keyRead, { caller, organization, id }, keyObjectSchema);
    reply.header('etag', key.etag);
    return key;
  }

  @Patch(':id')
  @Permit('update', 'Key')
  @Describe({
    summary: 'Change what a key is bound to',
    body: keyUpdateFields,
    answer: changedKeySchema,
    takesEtag: true,
  })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('id') id: string,
    @Headers('if-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const fields = readJson(body, keyUpdateFields);
    const command = { caller, organization, id, fields, ...ifMatchOf(etag) };
    const key = await this.messaging.ask(Subject.keyUpdate, command, keyObjectSchema);
    reply.header('etag', key.etag);
    return fields.budgets ? { ...key, ...(await this.warnings.afterKey(key, caller)) } : key;
  }

  @Post(':id/rotate')
  @HttpCode(201)
  @Permit('update', 'Key')
  @Describe({
    summary: 'Replace a key; the one before is accepted for a while',
    body: keyRotateFields,
    answer: issuedKeySchema,
    status: 201,
  })
  async rotate(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { caller, organization, id, ...readJson(body, keyRotateFields) };
    return shownOnce(reply, await this.messaging.ask(Subject.keyRotate, command, issuedKeySchema));
  }

  @Delete(':id')
  @Permit('delete', 'Key')
  @Describe({ summary: 'Revoke a key, on every process at once', answer: keyRevokedSchema })
  async revoke(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('id') id: string,
  ): Promise<object> {
    return this.messaging.ask(Subject.keyRevoke, { caller, organization, id }, keyRevokedSchema);
  }
}

/** The one answer with a key in it is for nobody to keep on the way. */
function shownOnce<T extends { readonly etag: string }>(reply: FastifyReply, key: T): T {
  reply.header('cache-control', 'no-store').header('etag', key.etag);
  return key;
}
