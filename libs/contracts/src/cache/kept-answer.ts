import { z } from 'zod';
import { answerHeadSchema } from '../events/reply-frame.js';
import { epochMilliseconds, nanoUsd, requestId } from '../identifiers.js';

/** What is kept of an answer beside its bytes, for equal requests of the same organisation. */
export const keptAnswerSchema = z.object({
  /** The request that it was made for. */
  requestId,
  keptAt: epochMilliseconds,
  expiresAt: epochMilliseconds,
  head: answerHeadSchema.pick({
    contentType: true,
    provider: true,
    model: true,
    servesModel: true,
    warnings: true,
  }),
  finishReason: z.string().max(100).optional(),
  /** What the attempt that gave it cost. */
  costNanoUsd: nanoUsd,
});
export type KeptAnswer = z.infer<typeof keptAnswerSchema>;
