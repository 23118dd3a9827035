import { z } from 'zod';
import { epochMilliseconds, requestId } from '../identifiers.js';
import { recordedFactsSchema } from '../routing/recorded-facts.js';
import { callerSchema } from './caller.js';

/** What a caller thinks of the answer to one request; a score from 0 (useless) to 1 (right). */
const feedbackSchema = z.object({
  requestId,
  score: z.number().min(0).max(1),
  comment: z.string().max(2_000).optional(),
  at: epochMilliseconds,
});
export type Feedback = z.infer<typeof feedbackSchema>;

/** ingress → audit: keep this; a later one for the same request takes the place of an earlier one. */
export const feedbackPutSchema = feedbackSchema
  .pick({ requestId: true, score: true, comment: true })
  .extend({ caller: callerSchema });
export type FeedbackPut = z.infer<typeof feedbackPutSchema>;
export const feedbackPutReplySchema = z.object({ feedback: feedbackSchema });

/** ingress → audit: the caller's feedback, oldest first. `after` is the request id of the last one of the page before. */
export const feedbackListSchema = z.object({
  caller: callerSchema,
  after: requestId.optional(),
  limit: z.int().min(1).max(1_000),
});
export type FeedbackList = z.infer<typeof feedbackListSchema>;

/** Feedback with what is on record of its request, to learn from. */
const judgedRequestSchema = feedbackSchema.extend({
  model: z.string(),
  outcome: z.string(),
  /** The target that answered, where one did. */
  provider: z.string().optional(),
  servedModel: z.string().optional(),
  facts: recordedFactsSchema.optional(),
});
export type JudgedRequest = z.infer<typeof judgedRequestSchema>;
export const feedbackPageSchema = z.object({ data: z.array(judgedRequestSchema), hasMore: z.boolean() });
export type FeedbackPage = z.infer<typeof feedbackPageSchema>;
