import { Controller } from '@nestjs/common';
import { jobCreateSchema, Subject, type JobCreate, type JobObject, type Made } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { CreateJobHandler } from './create-job.handler.js';

@Controller()
export class CreateJobController {
  constructor(private readonly handler: CreateJobHandler) {}

  @AnswerQuery(Subject.jobCreate, jobCreateSchema)
  create(query: JobCreate): Promise<Made<JobObject>> {
    return this.handler.create(query);
  }
}
