import { Controller } from '@nestjs/common';
import {
  logExportBeginSchema,
  logReadSchema,
  Subject,
  type LogExportBegin,
  type LogExportBegun,
  type LogRead,
  type LogReadReply,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ReadLogHandler } from './read-log.handler.js';

@Controller()
export class ReadLogController {
  constructor(private readonly handler: ReadLogHandler) {}

  @AnswerQuery(Subject.auditExportBegin, logExportBeginSchema)
  async begin(query: LogExportBegin): Promise<LogExportBegun> {
    return this.handler.begin(query);
  }

  @AnswerQuery(Subject.auditLogRead, logReadSchema)
  async read(query: LogRead): Promise<LogReadReply> {
    return this.handler.read(query);
  }
}
