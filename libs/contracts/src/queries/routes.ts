import { z } from 'zod';
import { epochMilliseconds, nanoUsd } from '../identifiers.js';
import { factsSchema } from '../routing/facts.js';
import { decisionSchema, targetSchema } from '../routing/plan.js';
import { executionPolicySchema } from '../routing/execution-policy.js';
import { errorClass } from '../events/attempt.js';
import { callerSchema } from './caller.js';

/** ingress → router: how would a request with these facts be routed? Nobody is called. */
export const routeExplainSchema = z.object({ facts: factsSchema });
export type RouteExplain = z.infer<typeof routeExplainSchema>;

export const routeExplainReplySchema = z.object({
  decision: decisionSchema,
  /** In the order of trying; empty where the request would be refused. */
  targets: z.array(targetSchema),
  execution: executionPolicySchema.optional(),
  refusal: z.object({ class: errorClass, code: z.string(), message: z.string(), status: z.int() }).optional(),
});
export type RouteExplainReply = z.infer<typeof routeExplainReplySchema>;

/** ingress → control: re-decide recorded traffic under a proposed configuration. `text` is that of the file. */
export const policyReplaySchema = z.object({
  caller: callerSchema,
  text: z.string(),
  since: epochMilliseconds,
  until: epochMilliseconds.optional(),
});
export type PolicyReplay = z.infer<typeof policyReplaySchema>;

const shareRow = z.object({
  model: z.string(),
  provider: z.string(),
  requests: z.int(),
  costNanoUsd: nanoUsd,
});

export const policyReplayReplySchema = z.object({
  revision: z.int(),
  requests: z.int(),
  /** Requests that would go to another target first. */
  changed: z.int(),
  refusedBefore: z.int(),
  refusedAfter: z.int(),
  before: z.array(shareRow),
  after: z.array(shareRow),
  costBeforeNanoUsd: nanoUsd,
  costAfterNanoUsd: nanoUsd,
  /** Means over the requests that both serve; absent where nothing is known. */
  latencyBeforeMilliseconds: z.number().optional(),
  latencyAfterMilliseconds: z.number().optional(),
  qualityBefore: z.number().optional(),
  qualityAfter: z.number().optional(),
  /** Some that would change, for a look at them. */
  examples: z.array(z.object({ requestId: z.string(), before: z.string(), after: z.string(), reason: z.string() })),
});
export type PolicyReplayReply = z.infer<typeof policyReplayReplySchema>;

/** control → audit: terminal events with what they were decided on, oldest first, by pages. */
export const decidedRequestListSchema = z.object({
  caller: callerSchema,
  since: epochMilliseconds,
  until: epochMilliseconds.optional(),
  /** The cursor of the page before. */
  after: z.string().optional(),
  limit: z.int().min(1).max(1_000),
});
export type DecidedRequestList = z.infer<typeof decidedRequestListSchema>;
