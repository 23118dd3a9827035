import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { Subject, usageReportReplySchema } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { ReadRequestHandler } from './read-request.handler.js';
import { requestRecord } from './request-record.js';
import { readUsageQuery, usageCsv, usageRow } from './usage-report.js';

/** What is on record: one request, usage and cost. A caller sees its own project, or with a role in the whole organization all of that; the admin key all. */
@Controller('v1')
export class RecordsController {
  constructor(
    private readonly messaging: Messaging,
    private readonly requests: ReadRequestHandler,
  ) {}

  @Get('requests/:id')
  @Permit('read', 'Request')
  async request(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<unknown> {
    return requestRecord(await this.requests.handle(caller, id), caller);
  }

  @Get('usage')
  @Permit('read', 'Usage')
  async usage(
    @Req() { caller, headers }: AuthenticatedRequest,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { groupBy, isCsv, ...selection } = readUsageQuery(query, headers.accept);
    const { rows } = await this.messaging.ask(
      Subject.usageReport,
      { caller, groupBy, ...selection },
      usageReportReplySchema,
    );
    const data = rows.map((row) => usageRow(groupBy, row));
    if (!isCsv) return { object: 'list', group_by: groupBy.join(','), data };
    void reply.type('text/csv; charset=utf-8');
    return usageCsv(groupBy, data);
  }
}
