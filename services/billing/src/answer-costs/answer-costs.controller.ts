import { Controller } from '@nestjs/common';
import { costReportSchema, Subject, type CostReport, type CostReportReply } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { AnswerCostsHandler } from './answer-costs.handler.js';

@Controller()
export class AnswerCostsController {
  constructor(private readonly handler: AnswerCostsHandler) {}

  @AnswerQuery(Subject.costReport, costReportSchema)
  async report(query: CostReport): Promise<CostReportReply> {
    return this.handler.report(query);
  }
}
