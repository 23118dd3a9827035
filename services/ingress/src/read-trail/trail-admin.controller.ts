import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { auditHoldPageSchema, auditKeyPageSchema, slug, Subject, type AuditHoldPage } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readJson } from '../http/read-json.js';
import { keyList } from './key-list.js';
import { holdBody } from './trail-fields.js';

/** What an operator does with the trail: keys of checkpoints, legal holds. */
@Controller('admin/v1/audit')
export class TrailAdminController {
  constructor(private readonly messaging: Messaging) {}

  @Post('keys/rotate')
  @HttpCode(200)
  @Permit('update', 'Configuration')
  async rotate(@Req() { caller }: AuthenticatedRequest): Promise<unknown> {
    return keyList(await this.messaging.ask(Subject.auditKeyRotate, { caller }, auditKeyPageSchema));
  }

  @Get('holds')
  @Permit('read', 'Configuration')
  async holds(@Req() { caller }: AuthenticatedRequest): Promise<unknown> {
    return holdList(await this.messaging.ask(Subject.auditHoldList, { caller }, auditHoldPageSchema));
  }

  @Post('holds/:organization')
  @HttpCode(200)
  @Permit('update', 'Configuration')
  async hold(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const { reason } = readJson(body, holdBody);
    const command = { caller, organization: known(organization), isHeld: true, reason };
    return holdList(await this.messaging.ask(Subject.auditHoldPut, command, auditHoldPageSchema));
  }

  @Delete('holds/:organization')
  @Permit('update', 'Configuration')
  async lift(
    @Req() { caller }: AuthenticatedRequest,
    @Param('organization') organization: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const { reason } = readJson(body, holdBody);
    const command = { caller, organization: known(organization), isHeld: false, reason };
    return holdList(await this.messaging.ask(Subject.auditHoldPut, command, auditHoldPageSchema));
  }
}

/** @throws DialectError 404 for what can be no organisation's name */
function known(organization: string): string {
  if (slug.safeParse(organization).success) return organization;
  throw new DialectError(404, 'not_found', 'There is no organization of that name.', 'organization');
}

function holdList({ holds }: AuditHoldPage): object {
  return {
    object: 'list',
    data: holds.map(({ organization, heldSince }) => ({
      object: 'audit.hold',
      organization,
      held_since: new Date(heldSince).toISOString(),
    })),
  };
}
