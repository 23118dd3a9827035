import { z } from 'zod';
import { epochMilliseconds, nanoUsd } from '../identifiers.js';
import { usageSchema } from './usage.js';

/** What went wrong, in classes rather than status codes; decides whether the next target may cure it. */
export const errorClass = z.enum([
  'authentication',
  'permission',
  'not_found',
  'invalid_request',
  'context_too_long',
  'content_filter',
  'rate_limit',
  'quota',
  'overloaded',
  'server_error',
  'first_byte_timeout',
  'idle_timeout',
  'total_timeout',
  'attempt_timeout',
  'connection',
  'cut_stream',
  'bad_answer',
  'cancelled',
  'no_eligible_target',
  'delivery_limit',
  'worker_lost',
  'expired',
  'body_unavailable',
  'unsupported',
  'target_busy',
  'target_unhealthy',
]);
export type ErrorClass = z.infer<typeof errorClass>;

/**
 * What a provider said of a failure, by what it can be known again: the words may quote the prompt, and are no part of a record. The hash is SHA-256 of the text in
 * UTF-8, in hexadecimal digits.
 */
export const providerMessageSchema = z.object({
  sha256: z.string().length(64),
  characters: z.int().nonnegative(),
});

/** One call of one target. `unknown`: we cannot know whether the provider did the work (a crash of ours in between). */
export const attemptSchema = z.object({
  provider: z.string(),
  model: z.string(),
  priceVersion: z.string(),
  /** Where the target stood by the configuration of then; absent where that was not known. */
  region: z.string().optional(),
  startedAt: epochMilliseconds,
  durationMilliseconds: z.number().nonnegative(),
  firstByteMilliseconds: z.number().nonnegative().optional(),
  outcome: z.enum(['succeeded', 'failed', 'cancelled', 'unknown']),
  /** Why it was made, where not as the plan's next step: again after a failure, beside a slow one, to go on with a cut answer, or to see whether a target is well again. */
  role: z.enum(['retry', 'hedge', 'rescue', 'probe']).optional(),
  errorClass: errorClass.optional(),
  /** In our own words; those of a provider are in `providerMessage`. */
  errorMessage: z.string().max(2_000).optional(),
  providerMessage: providerMessageSchema.optional(),
  /** HTTP status of the provider's answer, if there was one. */
  status: z.int().optional(),
  /** The provider's own id of the answer, for reconciliation. */
  upstreamId: z.string().max(200).optional(),
  /** What of the request the target could not do and did not get; one sentence each. */
  warnings: z.array(z.string().max(500)).max(50).optional(),
  usage: usageSchema.optional(),
  /** `provider`: as the provider reported; `estimate`: counted by us because the provider did not say. */
  usageBasis: z.enum(['provider', 'estimate']).optional(),
  /** It was part of a batch at the provider, by the provider's own id of that; what the same usage would have cost online. */
  nativeBatch: z.object({ id: z.string().max(300), onlineNanoUsd: nanoUsd.optional() }).optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;
