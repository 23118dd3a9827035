import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { feedbackPutReplySchema, Subject, type Feedback, type FeedbackPut } from '#libs/contracts';
import { Messaging, QueryRefused } from '#libs/messaging';
import { recordPatience } from '../http/request-id.js';

const ASK_AGAIN_MILLISECONDS = 100;
const NOT_FOUND = 404;

/** Has feedback kept, waiting a moment for a request whose record is still on its way. */
@Injectable()
export class GiveFeedbackHandler {
  constructor(private readonly messaging: Messaging) {}

  /** @throws QueryRefused 404 for a request that does not exist or belongs to somebody else. */
  async handle(put: FeedbackPut): Promise<Feedback> {
    const deadline = performance.now() + recordPatience(put.requestId);
    for (;;) {
      try {
        return (await this.messaging.ask(Subject.feedbackPut, put, feedbackPutReplySchema)).feedback;
      } catch (error) {
        const mayCome = error instanceof QueryRefused && error.reply.status === NOT_FOUND;
        if (!mayCome || performance.now() >= deadline) throw error;
      }
      await wait(ASK_AGAIN_MILLISECONDS);
    }
  }
}
