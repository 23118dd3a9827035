import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import {
  auditEventPageSchema,
  Subject,
  usageReportReplySchema,
  type AuditEntry,
  type AuditNoteEntry,
  type Caller,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { formatUsd } from '#libs/pricing';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields } from '../http/read-json.js';
import { ReadRequestHandler } from './read-request.handler.js';
import { requestRecord } from './request-record.js';
import { unitsOf } from './units-of.js';
import { visibleDecision } from './visible-decision.policy.js';

const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-01-31 or 2026-01-31T12:00:00Z')
  .transform((text) => Date.parse(text));
const usageQuery = z.object({
  group_by: z.enum(['model', 'project', 'key', 'day']).default('model'),
  from: time.optional(),
  to: time.optional(),
});
const auditQuery = z.object({
  organization: z.string().max(63).optional(),
  after: z.coerce.number().int().min(-1).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  type: z.string().max(100).optional(),
});

/** What is on record: one request, usage and cost, the audit trail. A caller sees its own project; the admin key all. */
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

  @Get('audit/events')
  @Permit('read', 'AuditEvent')
  async auditEvents(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const fields = readFields(query, auditQuery);
    const page = await this.messaging.ask(Subject.auditEventList, { caller, ...fields }, auditEventPageSchema);
    return {
      object: 'list',
      data: page.entries.map((entry) => visibleEntry(entry, caller)),
      has_more: page.hasMore,
      next_after: page.entries.at(-1)?.sequence ?? null,
    };
  }
}

function visibleEntry(entry: AuditEntry | AuditNoteEntry, caller: Caller): AuditEntry | AuditNoteEntry {
  if (!('event' in entry)) return entry;
  const { decision } = entry.event;
  if (decision === undefined) return entry;
  return { ...entry, event: { ...entry.event, decision: visibleDecision(decision, caller) } };
}
