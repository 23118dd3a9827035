import { Controller } from '@nestjs/common';
import { batchCreateSchema, Subject, type BatchCreate, type BatchObject, type Made } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { CreateBatchHandler } from './create-batch.handler.js';

@Controller()
export class CreateBatchController {
  constructor(private readonly handler: CreateBatchHandler) {}

  @AnswerQuery(Subject.batchCreate, batchCreateSchema)
  create(query: BatchCreate): Promise<Made<BatchObject>> {
    return this.handler.create(query);
  }
}
