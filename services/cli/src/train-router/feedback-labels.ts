import { z } from 'zod';
import type { ApiClient } from '../call-api/api-client.js';

const PAGE_ENTRIES = 1_000;
/** Of a request that failed or was cancelled a score says nothing about the prompt. */
const ANSWERED = 'completed';

const page = z.object({
  data: z.array(
    z.object({
      request_id: z.string(),
      score: z.number(),
      outcome: z.string(),
      target: z.object({ provider: z.string(), model: z.string().nullish() }).nullable(),
    }),
  ),
  has_more: z.boolean(),
  next_after: z.string().nullable(),
});

/** What a caller thought of one answer, and who gave it (`provider/model`). */
export interface FeedbackLabel {
  readonly score: number;
  readonly target: string;
}

/** All feedback on answers that the caller's key may see, by request id; `onPage` hears how many were read. */
export async function feedbackLabels(
  api: ApiClient,
  onPage: (read: number) => void,
): Promise<ReadonlyMap<string, FeedbackLabel>> {
  const labels = new Map<string, FeedbackLabel>();
  let read = 0;
  let after: string | null = null;
  do {
    const place: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const found: z.infer<typeof page> = await api.json('GET', `/v1/feedback?limit=${PAGE_ENTRIES}${place}`, page);
    for (const { request_id: requestId, score, outcome, target } of found.data)
      if (outcome === ANSWERED && target !== null)
        labels.set(requestId, { score, target: `${target.provider}/${target.model ?? ''}` });
    onPage((read += found.data.length));
    after = found.has_more ? found.next_after : null;
  } while (after !== null);
  return labels;
}
