import { Injectable } from '@nestjs/common';
import type { Feedback, FeedbackList, FeedbackPage, FeedbackPut } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { permittedPlace, readingPlace } from '#libs/permission';
import { fittingPage } from '../largest-page.js';
import { FeedbackRepository } from './feedback.repository.js';

/** Keeps what callers think of answers, each of its own project's requests, or of the organization's where a role holds there; the admin key judges and sees all. */
@Injectable()
export class KeepFeedbackHandler {
  constructor(private readonly feedback: FeedbackRepository) {}

  /** A second word on a request takes the place of the first. @throws QueryRefused 404 for a request that the caller may not see. */
  async put(query: FeedbackPut): Promise<Feedback> {
    const { requestId, score, comment } = query;
    const place = permittedPlace(query.caller, { action: 'create', subject: 'Feedback' });
    const at = place === 'nowhere' ? undefined : await this.feedback.put(query, place);
    if (!at) {
      throw new QueryRefused({
        status: 404,
        code: 'request_not_found',
        message: `No request '${requestId}' is on record.`,
        param: 'request_id',
      });
    }
    return { requestId, score, ...(comment === undefined ? {} : { comment }), at: at.getTime() };
  }

  async list({ caller, after, limit }: FeedbackList): Promise<FeedbackPage> {
    const place = readingPlace(caller, 'Feedback');
    if (place === 'nowhere') return { data: [], hasMore: false };
    const found = await this.feedback.list({ place, after, limit: limit + 1 });
    const data = fittingPage(found.slice(0, limit));
    return { data, hasMore: found.length > data.length };
  }
}
