import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { payloadPartSchema, Subject, subjectErasedSchema } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields, readJson } from '../http/read-json.js';
import { shownPayload } from './shown-payload.js';
import { erasureBody, whose } from './trail-fields.js';

/** Prompts and answers that are kept beside the trail: read by who may, and erased by operators. Both are themselves recorded. */
@Controller()
export class PayloadsController {
  constructor(private readonly messaging: Messaging) {}

  @Get('v1/audit/payloads/:request')
  @Permit('read', 'Payload')
  async read(
    @Req() { caller }: AuthenticatedRequest,
    @Param('request') requestId: string,
    @Query() query: unknown,
  ): Promise<unknown> {
    const asked = { caller, ...readFields(query, whose), requestId };
    const first = await this.messaging.ask(Subject.auditPayloadRead, { ...asked, part: 1 }, payloadPartSchema);
    const pieces = [first.bytes];
    for (let part = 2; part <= first.head.parts; part++) {
      pieces.push((await this.messaging.ask(Subject.auditPayloadRead, { ...asked, part }, payloadPartSchema)).bytes);
    }
    return shownPayload(first, Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))));
  }

  @Post('admin/v1/audit/erasures')
  @HttpCode(200)
  @Permit('update', 'Configuration')
  async erase(@Req() { caller }: AuthenticatedRequest, @Body() body: unknown): Promise<unknown> {
    const command = { caller, ...readJson(body, erasureBody) };
    const erased = await this.messaging.ask(Subject.auditSubjectErase, command, subjectErasedSchema);
    return {
      object: 'audit.erasure',
      organization: erased.organization,
      pseudonym: erased.pseudonym,
      erased_at: new Date(erased.erasedAt).toISOString(),
      keys_destroyed: erased.keys,
    };
  }
}
