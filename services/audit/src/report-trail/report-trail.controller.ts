import { Controller } from '@nestjs/common';
import { auditReportReadSchema, Subject, type AuditReportPage, type AuditReportRead } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ReportTrailHandler } from './report-trail.handler.js';

@Controller()
export class ReportTrailController {
  constructor(private readonly handler: ReportTrailHandler) {}

  @AnswerQuery(Subject.auditReportRead, auditReportReadSchema)
  async read(query: AuditReportRead): Promise<AuditReportPage> {
    return this.handler.read(query);
  }
}
