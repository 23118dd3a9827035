import { Controller } from '@nestjs/common';
import {
  jobListSchema,
  jobReadSchema,
  jobStartedSchema,
  jobStreamReadSchema,
  QueueGroup,
  Subject,
  type JobDeleted,
  type JobList,
  type JobObject,
  type JobPage,
  type JobRead,
  type JobResult,
  type JobStream,
  type JobStreamRead,
} from '#libs/contracts';
import { AnswerQuery, Subscribe, type IncomingMessage } from '#libs/messaging';
import { AnswerJobsHandler } from './answer-jobs.handler.js';

@Controller()
export class AnswerJobsController {
  constructor(private readonly handler: AnswerJobsHandler) {}

  @AnswerQuery(Subject.jobRead, jobReadSchema)
  read(query: JobRead): Promise<JobObject> {
    return this.handler.read(query);
  }

  @AnswerQuery(Subject.jobList, jobListSchema)
  list(query: JobList): Promise<JobPage> {
    return this.handler.list(query);
  }

  @AnswerQuery(Subject.jobResultRead, jobReadSchema)
  result(query: JobRead): Promise<JobResult> {
    return this.handler.result(query);
  }

  @AnswerQuery(Subject.jobStreamRead, jobStreamReadSchema)
  stream(query: JobStreamRead): Promise<JobStream> {
    return this.handler.stream(query);
  }

  @AnswerQuery(Subject.jobDelete, jobReadSchema)
  delete(query: JobRead): Promise<JobDeleted> {
    return this.handler.delete(query);
  }

  @Subscribe(Subject.jobStarted, { queue: QueueGroup.jobs })
  started(message: IncomingMessage): Promise<void> {
    return this.handler.noteStart(jobStartedSchema.parse(message.json()));
  }
}
