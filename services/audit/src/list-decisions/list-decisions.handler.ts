import { Injectable } from '@nestjs/common';
import type { DecidedRequest, DecidedRequestList, DecidedRequestPage } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { readingPlace } from '#libs/permission';
import { LARGEST_PAGE_BYTES } from '../largest-page.js';
import { decidedRequestOf } from './decided-request.policy.js';
import { DecidedRequestsRepository } from './decided-requests.repository.js';
import { cursorBefore, decodeCursor, encodeCursor, type PageCursor } from './page-cursor.policy.js';

/** Reads what was decided in a time, for each caller in its own project, or in the organization where a role holds there; the admin key sees every organisation. */
@Injectable()
export class ListDecisionsHandler {
  constructor(private readonly requests: DecidedRequestsRepository) {}

  /** A page, oldest first; shorter than asked for where the message would become too large. */
  async list({ caller, since, until, after, limit }: DecidedRequestList): Promise<DecidedRequestPage> {
    const place = readingPlace(caller, 'Request');
    if (place === 'nowhere') return { requests: [] };
    const found = await this.requests.list({
      place,
      after: after === undefined ? cursorBefore(since) : cursorFrom(after),
      until,
      limit: limit + 1,
    });
    const requests: DecidedRequest[] = [];
    let bytes = 0;
    let last: PageCursor | undefined;
    for (const { place: position, event } of found.slice(0, limit)) {
      if (event.shadowOf === undefined) {
        const request = decidedRequestOf(event);
        bytes += Buffer.byteLength(JSON.stringify(request));
        if (bytes > LARGEST_PAGE_BYTES && requests.length > 0) return { requests, next: encodeNext(last) };
        requests.push(request);
      }
      last = position;
    }
    return { requests, ...(found.length > limit ? { next: encodeNext(last) } : {}) };
  }
}

function encodeNext(last: PageCursor | undefined): string | undefined {
  return last && encodeCursor(last);
}

function cursorFrom(text: string): PageCursor {
  const cursor = decodeCursor(text);
  if (cursor) return cursor;
  throw new QueryRefused({
    status: 400,
    code: 'invalid_parameter',
    message: 'The cursor is none that a page ended with.',
    param: 'after',
  });
}
