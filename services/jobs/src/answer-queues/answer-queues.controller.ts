import { Controller } from '@nestjs/common';
import {
  queueListSchema,
  queuePauseCreateSchema,
  queueResumeSchema,
  Subject,
  type QueuePause,
  type QueuePauseCreate,
  type QueueResume,
  type Queues,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { AnswerQueuesHandler } from './answer-queues.handler.js';

@Controller()
export class AnswerQueuesController {
  constructor(private readonly handler: AnswerQueuesHandler) {}

  @AnswerQuery(Subject.queueList, queueListSchema)
  list(): Promise<Queues> {
    return this.handler.list();
  }

  @AnswerQuery(Subject.queuePause, queuePauseCreateSchema)
  pause(command: QueuePauseCreate): Promise<QueuePause> {
    return this.handler.pause(command);
  }

  @AnswerQuery(Subject.queueResume, queueResumeSchema)
  resume(command: QueueResume): Promise<QueuePause> {
    return this.handler.resume(command);
  }
}
