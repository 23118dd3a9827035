import { Controller, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  invitationFields,
  invitationSchema,
  personPageSchema,
  personSchema,
  personUpdateFields,
  slug,
  Subject,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields, readJson, readOptionalJson } from '../http/read-json.js';
import { pageQuery } from './admin-fields.js';
import { pageObject } from './admin-objects.js';

/** Accounts of people who sign in, and how members get one. */
@Controller('admin/v1')
export class PeopleController {
  constructor(private readonly messaging: Messaging) {}

  @Post('organizations/:organization/members/:member/invitation')
  @HttpCode(201)
  @Permit('create', 'Member')
  @Describe({
    summary: 'Make an invitation for a member, or the reset of a password; the token is shown once',
    body: invitationFields,
    answer: invitationSchema,
    status: 201,
  })
  async invite(
    @Req() { caller, body }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Param('member') member: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (!slug.safeParse(organization).success || member.length > 100)
      throw new DialectError(404, 'not_found', 'There is no such member that you may see.');
    const command = { caller, organization, member, ...readOptionalJson(body, invitationFields) };
    const invitation = await this.messaging.ask(Subject.invitationIssue, command, invitationSchema);
    reply.header('cache-control', 'no-store');
    return invitation;
  }

  @Get('people')
  @Permit('read', 'Person')
  @Describe({ summary: 'List accounts of people', query: pageQuery, answer: personPageSchema })
  async list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    const fields = readFields(query, pageQuery);
    const page = await this.messaging.ask(Subject.personList, { caller, ...fields }, personPageSchema);
    return pageObject(page.people, page.hasMore, ({ id }) => id);
  }

  @Get('people/:id')
  @Permit('read', 'Person')
  @Describe({ summary: 'Read the account of a person', answer: personSchema })
  async read(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<object> {
    return this.messaging.ask(Subject.personRead, { caller, id: id.slice(0, 100) }, personSchema);
  }

  @Patch('people/:id')
  @Permit('update', 'Person')
  @Describe({
    summary: 'Disable an account, which ends its sessions, or enable it again',
    body: personUpdateFields,
    answer: personSchema,
  })
  async update(@Req() { caller, body }: AuthenticatedRequest, @Param('id') id: string): Promise<object> {
    const command = { caller, id: id.slice(0, 100), ...readJson(body, personUpdateFields) };
    return this.messaging.ask(Subject.personUpdate, command, personSchema);
  }
}
