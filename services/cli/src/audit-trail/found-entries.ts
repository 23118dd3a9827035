import type { ApiClient } from '../call-api/api-client.js';
import { entryPage, type TrailEntry } from './describe-entry.policy.js';

const MOST_ON_A_PAGE = 1_000;

/**
 * Entries that a search finds, up to so many, page by page: one that looks through a long log is answered a stretch at a time. Where it stops
 * before the end, `tellRest` hears behind which entry the rest is.
 */
export async function* foundEntries(
  client: Pick<ApiClient, 'json'>,
  query: URLSearchParams,
  { limit, tellRest }: { readonly limit: number; readonly tellRest: (after: number) => void },
): AsyncGenerator<TrailEntry> {
  for (let left = limit; left > 0;) {
    query.set('limit', String(Math.min(left, MOST_ON_A_PAGE)));
    const page = await client.json('GET', `/v1/audit/events?${query.toString()}`, entryPage);
    yield* page.data;
    left -= page.data.length;
    if (!page.has_more || page.next_after === null) return;
    if (left <= 0) tellRest(page.next_after);
    query.set('after', String(page.next_after));
  }
}
