import { Controller } from '@nestjs/common';
import { type DecidedRequestList, decidedRequestListSchema, type DecidedRequestPage, Subject } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ListDecisionsHandler } from './list-decisions.handler.js';

@Controller()
export class ListDecisionsController {
  constructor(private readonly handler: ListDecisionsHandler) {}

  @AnswerQuery(Subject.decidedRequestList, decidedRequestListSchema)
  async list(query: DecidedRequestList): Promise<DecidedRequestPage> {
    return this.handler.list(query);
  }
}
