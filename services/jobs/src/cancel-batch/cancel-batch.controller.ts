import { Controller } from '@nestjs/common';
import { batchReadSchema, Subject, type BatchObject, type BatchRead } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { CancelBatchHandler } from './cancel-batch.handler.js';

@Controller()
export class CancelBatchController {
  constructor(private readonly handler: CancelBatchHandler) {}

  @AnswerQuery(Subject.batchCancel, batchReadSchema)
  cancel(query: BatchRead): Promise<BatchObject> {
    return this.handler.cancel(query);
  }
}
