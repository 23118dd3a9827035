import { Controller } from '@nestjs/common';
import {
  responseContextReadSchema,
  responseInputListSchema,
  responseReadSchema,
  Subject,
  type CarriedDocument,
  type ResponseContextRead,
  type ResponseInputList,
  type ResponseRead,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { AnswerResponsesHandler } from './answer-responses.handler.js';

@Controller()
export class AnswerResponsesController {
  constructor(private readonly handler: AnswerResponsesHandler) {}

  @AnswerQuery(Subject.responseRead, responseReadSchema)
  read(query: ResponseRead): Promise<CarriedDocument> {
    return this.handler.read(query);
  }

  @AnswerQuery(Subject.responseInputList, responseInputListSchema)
  listInput(query: ResponseInputList): Promise<CarriedDocument> {
    return this.handler.listInput(query);
  }

  @AnswerQuery(Subject.responseContextRead, responseContextReadSchema)
  readContext(query: ResponseContextRead): Promise<CarriedDocument> {
    return this.handler.readContext(query);
  }
}
