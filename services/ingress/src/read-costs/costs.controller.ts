import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { costReportReplySchema, Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { costsCsv, costsPage } from './costs-answer.js';
import { readCostsQuery } from './costs-query.js';

/** What was spent, wasted and saved, by buckets of time; at OpenAI's address for it, too. */
@Controller('v1')
export class CostsController {
  constructor(private readonly messaging: Messaging) {}

  @Get('costs')
  @Permit('read', 'Usage')
  @Describe({ summary: 'What was charged and saved by time, grouped, as JSON or CSV' })
  async costs(
    @Req() { caller, headers }: AuthenticatedRequest,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { report, isCsv, ...page } = readCostsQuery(query, headers.accept, Date.now());
    const { rows } = await this.messaging.ask(Subject.costReport, { caller, ...report }, costReportReplySchema);
    if (!isCsv) return costsPage(report.groupBy, rows, page);
    void reply.type('text/csv; charset=utf-8');
    return costsCsv(report.groupBy, rows);
  }

  @Get('organization/costs')
  @Permit('read', 'Usage')
  @Describe({ summary: 'The same at the address where clients of OpenAI look for it' })
  async organizationCosts(
    @Req() request: AuthenticatedRequest,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.costs(request, query, reply);
  }
}
