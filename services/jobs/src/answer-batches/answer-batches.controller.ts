import { Controller } from '@nestjs/common';
import {
  batchListSchema,
  batchReadSchema,
  Subject,
  type BatchList,
  type BatchObject,
  type BatchPage,
  type BatchRead,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { AnswerBatchesHandler } from './answer-batches.handler.js';

@Controller()
export class AnswerBatchesController {
  constructor(private readonly handler: AnswerBatchesHandler) {}

  @AnswerQuery(Subject.batchRead, batchReadSchema)
  read(query: BatchRead): Promise<BatchObject> {
    return this.handler.read(query);
  }

  @AnswerQuery(Subject.batchList, batchListSchema)
  list(query: BatchList): Promise<BatchPage> {
    return this.handler.list(query);
  }
}
