import { Controller } from '@nestjs/common';
import {
  type ChargeRecord,
  type RecordRead,
  recordReadSchema,
  Subject,
  type UsageReport,
  type UsageReportReply,
  usageReportSchema,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { AnswerUsageHandler } from './answer-usage.handler.js';

@Controller()
export class AnswerUsageController {
  constructor(private readonly handler: AnswerUsageHandler) {}

  @AnswerQuery(Subject.chargeRead, recordReadSchema)
  async readCharge(query: RecordRead): Promise<{ charge: ChargeRecord | null }> {
    return { charge: (await this.handler.readCharge(query)) ?? null };
  }

  @AnswerQuery(Subject.usageReport, usageReportSchema)
  async report(query: UsageReport): Promise<UsageReportReply> {
    return { rows: await this.handler.report(query) };
  }
}
