import { Controller } from '@nestjs/common';
import {
  type AuditEntry,
  type AuditEventList,
  auditEventListSchema,
  type AuditEventPage,
  type RecordRead,
  recordReadSchema,
  Subject,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ListEventsHandler } from './list-events.handler.js';

@Controller()
export class ListEventsController {
  constructor(private readonly handler: ListEventsHandler) {}

  @AnswerQuery(Subject.requestRead, recordReadSchema)
  async readRequest(query: RecordRead): Promise<{ entry: AuditEntry | null }> {
    return { entry: (await this.handler.readRequest(query)) ?? null };
  }

  @AnswerQuery(Subject.auditEventList, auditEventListSchema)
  async list(query: AuditEventList): Promise<AuditEventPage> {
    return this.handler.list(query);
  }
}
