import { Controller, Get, Query, Req } from '@nestjs/common';
import {
  keyObjectSchema,
  Subject,
  usageReportReplySchema,
  type Caller,
  type UsageReport,
  type UsageReportReply,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { KeyRing } from '../authenticate/key-ring.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields } from '../http/read-json.js';
import { ReadRequestHandler } from '../read-records/read-request.handler.js';
import { daysOf, spendByDay, spendLog, spendLogsQuery } from './spend-logs.js';

/** LiteLLM's address for what was spent, as scripts read it: by day, or of one request. */
@Controller()
export class LitellmSpendController {
  constructor(
    private readonly messaging: Messaging,
    private readonly requests: ReadRequestHandler,
    private readonly keys: KeyRing,
  ) {}

  @Get('spend/logs')
  @Permit('read', 'Usage')
  @Describe({ summary: 'What was spent by day, or by one request, as LiteLLM tells it', query: spendLogsQuery })
  async logs(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object[]> {
    const fields = readFields(query, spendLogsQuery);
    if (fields.request_id !== undefined) {
      const { entry, charge } = await this.requests.handle(caller, fields.request_id);
      return [spendLog(entry, charge)];
    }
    if (fields.summarize === 'false') throw onlySums();
    const only = {
      ...(fields.api_key === undefined ? {} : await this.placeOf(caller, fields.api_key)),
      ...(fields.user_id === undefined ? {} : { end_user: fields.user_id }),
    };
    const report = { only, ...daysOf(fields, Date.now()) };
    const [byModel, byUser] = await Promise.all([
      this.report({ caller, groupBy: ['day', 'model'], ...report }),
      this.report({ caller, groupBy: ['day', 'end_user'], ...report }),
    ]);
    return spendByDay(byModel.rows, byUser.rows);
  }

  private report(query: UsageReport): Promise<UsageReportReply> {
    return this.messaging.ask(Subject.usageReport, query, usageReportReplySchema);
  }

  /** By the key itself, or by its id. @throws QueryRefused 404 */
  private async placeOf(caller: Caller, key: string): Promise<UsageReport['only']> {
    const found = /^(key|file)_[0-9a-f]{24}$/.test(key)
      ? this.messaging.ask(Subject.keyRead, { caller, organization: caller.organization, id: key }, keyObjectSchema)
      : this.messaging.ask(Subject.keyFind, { caller, hash: this.keys.hashOf(key) }, keyObjectSchema);
    const { organization, project, name } = await found;
    return { organization, project, key: name };
  }
}

function onlySums(): DialectError {
  const message =
    'Single requests are told by request_id only; GET /v1/audit/events lists them, GET /v1/usage sums them up.';
  return new DialectError(400, 'unsupported_parameter', message, 'summarize');
}
