import { z } from 'zod';
import { errorClass } from './attempt.js';

/**
 * Kinds of reply frames on `reply.<ingress>.<request>`. `whole`: an answer in one frame. `head`, then chunks (frames
 * without a kind), then `end`: a stream that is complete. `error`: the request failed, before or within a stream; always the
 * last frame. `part`: a piece of a plain answer too large for one frame, before its `whole`. `alive`: the call still runs; it
 * names the target that is being called. `begin`: of a stream that is kept only, the very first, before anybody is called.
 */
export const FrameKind = {
  whole: 'whole',
  part: 'part',
  head: 'head',
  end: 'end',
  error: 'error',
  alive: 'alive',
  begin: 'begin',
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** What a caller learns beside the answer's bytes; becomes response headers (or trailers, after a stream). */
export const answerHeadSchema = z.object({
  status: z.int(),
  contentType: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  /** The public model that answered, where that is not the one that was asked for. */
  servesModel: z.string().optional(),
  /** For the record of a call whose worker dies; no response header. */
  priceVersion: z.string().optional(),
  attempts: z.int().nonnegative(),
  costNanoUsd: z.string().optional(),
  /** What of the request the target could not do and did not get. */
  warnings: z.array(z.string()).optional(),
  retryAfterSeconds: z.int().nonnegative().optional(),
  error: z
    .object({ class: errorClass, message: z.string(), code: z.string(), param: z.string().optional() })
    .optional(),
});
export type AnswerHead = z.infer<typeof answerHeadSchema>;
