import { Controller } from '@nestjs/common';
import { responseReadSchema, Subject, type CarriedDocument, type ResponseRead } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { CancelResponseHandler } from './cancel-response.handler.js';

@Controller()
export class CancelResponseController {
  constructor(private readonly handler: CancelResponseHandler) {}

  @AnswerQuery(Subject.responseCancel, responseReadSchema)
  cancel(query: ResponseRead): Promise<CarriedDocument> {
    return this.handler.cancel(query);
  }
}
