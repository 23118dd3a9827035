import { Controller } from '@nestjs/common';
import {
  messageBatchCreateSchema,
  messageBatchListSchema,
  messageBatchReadSchema,
  Subject,
  type Made,
  type MessageBatchCreate,
  type MessageBatchDeleted,
  type MessageBatchList,
  type MessageBatchObject,
  type MessageBatchPage,
  type MessageBatchRead,
  type MessageBatchResults,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { MessageBatchesHandler } from './message-batches.handler.js';

@Controller()
export class MessageBatchesController {
  constructor(private readonly handler: MessageBatchesHandler) {}

  @AnswerQuery(Subject.messageBatchCreate, messageBatchCreateSchema)
  create(query: MessageBatchCreate): Promise<Made<MessageBatchObject>> {
    return this.handler.create(query);
  }

  @AnswerQuery(Subject.messageBatchRead, messageBatchReadSchema)
  read(query: MessageBatchRead): Promise<MessageBatchObject> {
    return this.handler.read(query);
  }

  @AnswerQuery(Subject.messageBatchList, messageBatchListSchema)
  list(query: MessageBatchList): Promise<MessageBatchPage> {
    return this.handler.list(query);
  }

  @AnswerQuery(Subject.messageBatchCancel, messageBatchReadSchema)
  cancel(query: MessageBatchRead): Promise<MessageBatchObject> {
    return this.handler.cancel(query);
  }

  @AnswerQuery(Subject.messageBatchDelete, messageBatchReadSchema)
  delete(query: MessageBatchRead): Promise<MessageBatchDeleted> {
    return this.handler.delete(query);
  }

  @AnswerQuery(Subject.messageBatchResultsRead, messageBatchReadSchema)
  results(query: MessageBatchRead): Promise<MessageBatchResults> {
    return this.handler.results(query);
  }
}
