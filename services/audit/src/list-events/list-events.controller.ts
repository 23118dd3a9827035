import { Controller } from '@nestjs/common';
import {
  type AuditEventList,
  auditEventListSchema,
  type AuditEventPage,
  type RecordRead,
  recordReadSchema,
  type RequestReadReply,
  Subject,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ListEventsHandler } from './list-events.handler.js';

@Controller()
export class ListEventsController {
  constructor(private readonly handler: ListEventsHandler) {}

  @AnswerQuery(Subject.requestRead, recordReadSchema)
  async readRequest(query: RecordRead): Promise<RequestReadReply> {
    return this.handler.readRequest(query);
  }

  @AnswerQuery(Subject.auditEventList, auditEventListSchema)
  async list(query: AuditEventList): Promise<AuditEventPage> {
    return this.handler.list(query);
  }
}
