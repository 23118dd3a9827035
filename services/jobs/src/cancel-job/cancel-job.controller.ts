import { Controller } from '@nestjs/common';
import { jobReadSchema, Subject, type JobObject, type JobRead } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { CancelJobHandler } from './cancel-job.handler.js';

@Controller()
export class CancelJobController {
  constructor(private readonly handler: CancelJobHandler) {}

  @AnswerQuery(Subject.jobCancel, jobReadSchema)
  cancel(query: JobRead): Promise<JobObject> {
    return this.handler.cancelAndShow(query);
  }
}
