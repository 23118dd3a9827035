import { z } from 'zod';
import { nanoUsd } from '../identifiers.js';

const MOST_NAMES = 20;
const names = z.array(z.string().min(1).max(200)).max(MOST_NAMES);

/** A bound on a live statistic at a percentile of it; targets beyond it are tried later, not left out. */
const statisticBound = z.object({
  value: z.number().positive(),
  percentile: z.union([z.literal(50), z.literal(75), z.literal(90), z.literal(99)]),
});
export type StatisticBound = z.infer<typeof statisticBound>;

/**
 * What a caller wishes of the route of one request, within what policy allows. One form for OpenRouter's `models`, `provider`
 * and suffixes, for Portkey's configuration and for LiteLLM's `fallbacks`. Every field narrows or orders; none widens what the
 * configuration permits.
 */
export const wishesSchema = z.object({
  /** Models tried in this order after the one that was asked for. */
  models: names.optional(),
  /** Providers (configured name or kind) tried first, in this order. */
  order: names.optional(),
  /** Whether providers besides those of `order`, and models besides the first, may be tried; true where absent. */
  allowFallbacks: z.boolean().optional(),
  only: names.optional(),
  ignore: names.optional(),
  /** Takes the place of the model's own strategy. */
  sort: z.enum(['price', 'throughput', 'latency']).optional(),
  /** Dearer targets are left out. Tokens in nano-USD for a million. */
  maxPrice: z
    .object({
      promptNanoUsdPerMillion: nanoUsd.optional(),
      completionNanoUsdPerMillion: nanoUsd.optional(),
      requestNanoUsd: nanoUsd.optional(),
      imageNanoUsd: nanoUsd.optional(),
    })
    .optional(),
  /** Leaves out targets that may train on what they are sent. */
  noTraining: z.boolean().optional(),
  /** Leaves out targets that keep what they are sent. */
  zeroRetention: z.boolean().optional(),
  /** Leaves out targets that cannot do all that the request asks for, instead of leaving parts of it out. */
  requireParameters: z.boolean().optional(),
  /** Tokens per second. */
  minThroughput: statisticBound.optional(),
  /** Milliseconds to the first token. */
  maxLatency: statisticBound.optional(),
  /** Named targets in the order of trying, or to be drawn among by weight; each narrowed by provider, model or both. */
  targets: z
    .array(
      z.object({
        provider: z.string().min(1).max(200).optional(),
        model: z.string().min(1).max(200).optional(),
        weight: z.number().nonnegative().optional(),
      }),
    )
    .min(1)
    .max(MOST_NAMES)
    .optional(),
  /** How `targets` are used; `fallback` where absent. */
  mode: z.enum(['fallback', 'loadbalance']).optional(),
  /** Further calls of the same target after a failure; within the policy's own bound. */
  retries: z.object({ attempts: z.int().min(0).max(5), statuses: z.array(z.int()).max(20).optional() }).optional(),
  /** Most time for each attempt. */
  attemptTimeoutMilliseconds: z.int().positive().optional(),
});
export type Wishes = z.infer<typeof wishesSchema>;
