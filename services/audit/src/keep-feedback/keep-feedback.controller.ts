import { Controller } from '@nestjs/common';
import {
  feedbackListSchema,
  feedbackPutSchema,
  Subject,
  type Feedback,
  type FeedbackList,
  type FeedbackPage,
  type FeedbackPut,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { KeepFeedbackHandler } from './keep-feedback.handler.js';

/** Answers the edge's queries about feedback. */
@Controller()
export class KeepFeedbackController {
  constructor(private readonly handler: KeepFeedbackHandler) {}

  @AnswerQuery(Subject.feedbackPut, feedbackPutSchema)
  async put(query: FeedbackPut): Promise<{ feedback: Feedback }> {
    return { feedback: await this.handler.put(query) };
  }

  @AnswerQuery(Subject.feedbackList, feedbackListSchema)
  async list(query: FeedbackList): Promise<FeedbackPage> {
    return this.handler.list(query);
  }
}
