import { z } from 'zod';
import { errorClass } from '../events/attempt.js';
import { epochMilliseconds } from '../identifiers.js';
import { payloadOrderSchema } from '../snapshot/payload-rule.js';

/** Further calls of the same target after a failure of one class. Waits in milliseconds. */
const retryRule = z.object({
  /** Most further calls; 0 for none. */
  attempts: z.int().min(0).max(20),
  /** The wait before the first of them, doubled for each one after, with jitter. */
  backoffMilliseconds: z.int().nonnegative(),
  /** The longest wait; a provider that asks for a longer one is not waited for. */
  mostWaitMilliseconds: z.int().nonnegative(),
});
export type RetryRule = z.infer<typeof retryRule>;

/** What the worker does with a failure of one class: retry here, then go on to the next target or give up. */
export const failureRule = z.object({ retry: retryRule.optional(), goOn: z.boolean().optional() });
export type FailureRule = z.infer<typeof failureRule>;

/** How a worker carries a plan out; what is absent is as `services/worker` documents its defaults. */
export const executionPolicySchema = z.object({
  failures: z.partialRecord(errorClass, failureRule).optional(),
  /** A stream that breaks off after its first byte ends with an error event, or is continued by the next target. */
  onCut: z.enum(['error', 'rescue']).optional(),
  /** The next target is called beside the first one when that has not begun to answer by then; the first answer counts. */
  hedgeAfterMilliseconds: z.int().nonnegative().optional(),
  /** How long a good answer is kept for equal requests. */
  cacheSeconds: z.int().positive().optional(),
  /** What is kept of prompt and answer beside the trail; nothing where absent. */
  payload: payloadOrderSchema.optional(),
  /** No attempt begins after it, and none goes on beyond it. */
  deadline: epochMilliseconds.optional(),
});
export type ExecutionPolicy = z.infer<typeof executionPolicySchema>;
