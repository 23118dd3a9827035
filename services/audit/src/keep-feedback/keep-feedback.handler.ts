import { Injectable } from '@nestjs/common';
import type { Caller, Feedback, FeedbackList, FeedbackPage, FeedbackPut, JudgedRequest } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { LARGEST_PAGE_BYTES } from '../largest-page.js';
import { FeedbackRepository, type Owner } from './feedback.repository.js';

/** Keeps what callers think of answers, each of its own project's requests; the admin key judges and sees all. */
@Injectable()
export class KeepFeedbackHandler {
  constructor(private readonly feedback: FeedbackRepository) {}

  /** A second word on a request takes the place of the first. @throws QueryRefused 404 for a request that the caller may not see. */
  async put(query: FeedbackPut): Promise<Feedback> {
    const { requestId, score, comment } = query;
    const at = await this.feedback.put(query, ownerOf(query.caller));
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
    const found = await this.feedback.list({ owner: ownerOf(caller), after, limit: limit + 1 });
    const data = firstOf(found.slice(0, limit));
    return { data, hasMore: found.length > data.length };
  }
}

/** As many as a message has room for, one at the least. */
function firstOf(found: readonly JudgedRequest[]): JudgedRequest[] {
  let bytes = 0;
  const end = found.findIndex((judged, index) => {
    bytes += Buffer.byteLength(JSON.stringify(judged));
    return bytes > LARGEST_PAGE_BYTES && index > 0;
  });
  return found.slice(0, end < 0 ? found.length : end);
}

function ownerOf(caller: Caller): Owner | undefined {
  return caller.admin ? undefined : caller;
}
