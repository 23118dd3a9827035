import { z } from 'zod';
import { nanoUsd, requestId } from '../identifiers.js';
import { factsSchema } from '../routing/facts.js';
import { carriedDocumentSchema } from './carried-document.js';

const MOST_CATEGORIES = 100;

/**
 * worker → ingress: a guard of durable work asks a model of moderation, which is a request of the work's own key. It does not count
 * against rate limits, which have counted the work itself; so the work comes with its seal, and nobody is asked on behalf of work that was not accepted.
 */
export const textsModerateSchema = z.object({
  work: factsSchema.pick({
    requestId: true,
    organization: true,
    project: true,
    key: true,
    lane: true,
    endUser: true,
    shadowOf: true,
    job: true,
    hold: true,
    seal: true,
  }),
  model: z.string().max(200),
  categories: z.array(z.string()).max(MOST_CATEGORIES).optional(),
  timeoutMilliseconds: z.int().positive(),
  /** A list of texts. */
  texts: carriedDocumentSchema,
});
export type TextsModerate = z.infer<typeof textsModerateSchema>;

/** What the model flagged, the request as which it was asked, and what that cost. */
export const moderationJudgementSchema = z.object({
  flagged: z.array(z.string()),
  askedAs: requestId.optional(),
  costNanoUsd: nanoUsd.optional(),
});
