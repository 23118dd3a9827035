import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { Subject, usageReportReplySchema } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { formatUsd } from '#libs/pricing';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields } from '../http/read-json.js';
import { ReadRequestHandler } from './read-request.handler.js';
import { requestRecord } from './request-record.js';
import { time } from '../read-trail/trail-fields.js';
import { unitsOf } from './units-of.js';

const usageQuery = z.object({
  group_by: z.enum(['model', 'project', 'key', 'day']).default('model'),
  from: time.optional(),
  to: time.optional(),
});
/** What is on record: one request, usage and cost. A caller sees its own project; the admin key all. */
@Controller('v1')
export class RecordsController {
  constructor(
    private readonly messaging: Messaging,
    private readonly requests: ReadRequestHandler,
  ) {}

  @Get('requests/:id')
  @Permit('read', 'Request')
  async request(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<unknown> {
    const { entry, charge } = await this.requests.handle(caller, id);
    return requestRecord(entry, charge, caller);
  }

  @Get('usage')
  @Permit('read', 'Usage')
  async usage(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const { group_by: groupBy, ...period } = readFields(query, usageQuery);
    const { rows } = await this.messaging.ask(
      Subject.usageReport,
      { caller, groupBy, ...period },
      usageReportReplySchema,
    );
    return {
      object: 'list',
      group_by: groupBy,
      data: rows.map((row) => ({
        [groupBy]: row.group,
        requests: row.requests,
        prompt_tokens: row.promptTokens,
        completion_tokens: row.completionTokens,
        cached_prompt_tokens: row.cachedPromptTokens,
        cache_write_prompt_tokens: row.cacheWritePromptTokens,
        ...unitsOf((name) => row.furtherUsage?.[name] ?? 0),
        cost_usd: formatUsd(BigInt(row.costNanoUsd)),
        cost_nano_usd: row.costNanoUsd,
      })),
    };
  }
}
