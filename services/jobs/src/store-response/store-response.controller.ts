import { Controller } from '@nestjs/common';
import {
  responsePutSchema,
  responseReadSchema,
  Subject,
  type ResponseDeleted,
  type ResponsePut,
  type ResponsePutReply,
  type ResponseRead,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { StoreResponseHandler } from './store-response.handler.js';

@Controller()
export class StoreResponseController {
  constructor(private readonly handler: StoreResponseHandler) {}

  @AnswerQuery(Subject.responsePut, responsePutSchema)
  put(query: ResponsePut): Promise<ResponsePutReply> {
    return this.handler.put(query);
  }

  @AnswerQuery(Subject.responseDelete, responseReadSchema)
  delete(query: ResponseRead): Promise<ResponseDeleted> {
    return this.handler.delete(query);
  }
}
