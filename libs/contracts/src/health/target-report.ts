import { z } from 'zod';
import { epochMilliseconds, slug } from '../identifiers.js';
import { errorClass } from '../events/attempt.js';

/** A statistic at four percentiles, over the calls of the last minutes. */
const quantilesSchema = z.object({ p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number() });
export type Quantiles = z.infer<typeof quantilesSchema>;

const allowanceSchema = z.object({
  remaining: z.number().nonnegative(),
  limit: z.number().positive().optional(),
  resetMilliseconds: z.number().nonnegative().optional(),
});

/** What a provider's answer said was left of its own limits, for a call that began at `at`. */
const targetAllowanceSchema = z.object({
  at: epochMilliseconds,
  requests: allowanceSchema.optional(),
  tokens: allowanceSchema.optional(),
});
export type TargetAllowance = z.infer<typeof targetAllowanceSchema>;

/** What one worker saw of one target lately. */
const targetReportSchema = z.object({
  provider: slug,
  model: z.string(),
  /** Calls under way now. */
  inFlight: z.int().nonnegative(),
  /** Calls ended within the window, and those of them that count against the target. */
  calls: z.int().nonnegative(),
  failures: z.int().nonnegative(),
  /** Exponentially weighted share of failures, from 0 to 1. */
  errorShare: z.number().min(0).max(1),
  firstTokenMilliseconds: quantilesSchema.optional(),
  totalMilliseconds: quantilesSchema.optional(),
  /** Completion tokens per second of answering. */
  tokensPerSecond: quantilesSchema.optional(),
  requestsThisMinute: z.int().nonnegative(),
  tokensThisMinute: z.int().nonnegative(),
  /** The provider asked to be left alone until then. */
  coolingUntil: epochMilliseconds.optional(),
  /** The newest word of the provider on its own limits. */
  allowance: targetAllowanceSchema.optional(),
});
export type TargetReport = z.infer<typeof targetReportSchema>;

/** All that one worker reports, under the key `observed.<worker>` of the bucket `health`. */
export const workerReportSchema = z.object({ at: epochMilliseconds, targets: z.array(targetReportSchema) });
export type WorkerReport = z.infer<typeof workerReportSchema>;

/**
 * A target that is not well, under the key `breaker.<provider>.<model in base64url>` of the bucket `health`; no entry means
 * that it is. `open`: not called before `until`. `probing`: one worker has taken the right to one call; where it does not tell
 * by `until` how that went, another may take it.
 */
export const breakerRecordSchema = z.object({
  state: z.enum(['open', 'probing']),
  /** When it was written, by the same clock as its other times: how long it holds does not depend on whose clock that is. */
  at: epochMilliseconds.optional(),
  since: epochMilliseconds,
  until: epochMilliseconds,
  /** Openings without a success between them; the cool-down doubles with each. */
  openings: z.int().positive(),
  prober: z.string().optional(),
  reason: errorClass,
});
export type BreakerRecord = z.infer<typeof breakerRecordSchema>;

/** What is known of a target now, over the whole fleet. */
export interface TargetState {
  readonly breaker?: BreakerRecord | undefined;
  readonly coolingUntil?: number | undefined;
  readonly inFlight: number;
  readonly calls: number;
  readonly errorShare: number;
  readonly firstTokenMilliseconds?: Quantiles | undefined;
  readonly totalMilliseconds?: Quantiles | undefined;
  readonly tokensPerSecond?: Quantiles | undefined;
  readonly requestsThisMinute: number;
  readonly tokensThisMinute: number;
  readonly allowance?: TargetAllowance | undefined;
}
