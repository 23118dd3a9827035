import { z } from 'zod';
import { slug } from '../identifiers.js';
import { attemptSchema } from '../events/attempt.js';
import { priceSchema } from '../snapshot/price.js';

/** Limits on the time of one call, in milliseconds: to the first byte or token, silence within a stream, the whole call. */
export const timeoutsSchema = z.object({
  firstByteMilliseconds: z.int().positive(),
  idleMilliseconds: z.int().positive(),
  totalMilliseconds: z.int().positive(),
});
export type Timeouts = z.infer<typeof timeoutsSchema>;

/**
 * What happens to a part of a request that a target cannot do: left out with a warning in a header and in the record, left
 * out with a word in the record only, or refused.
 */
export const unsupportedPolicy = z.enum(['warn', 'drop', 'reject']);
export type UnsupportedPolicy = z.infer<typeof unsupportedPolicy>;

/** One place a request may be sent to: a provider by its configured name, that provider's own model name, and its price. */
export const targetSchema = z.object({
  provider: slug,
  model: z.string(),
  price: priceSchema,
  timeouts: timeoutsSchema,
  /** What happens to parts of a request that the target cannot do; `warn` where it is absent. */
  unsupported: unsupportedPolicy.optional(),
});
export type Target = z.infer<typeof targetSchema>;

/** What became of one candidate when the plan was made. */
export const candidateSchema = z.object({
  provider: z.string(),
  model: z.string(),
  /** `planned` with its rank in the plan, from 0, or `dropped`. */
  outcome: z.enum(['planned', 'dropped']),
  rank: z.int().nonnegative().optional(),
  /** One sentence: why it stands where it stands. */
  reason: z.string(),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** Why a plan is what it is; stored in the terminal event. */
export const decisionSchema = z.object({
  snapshotRevision: z.int().nonnegative(),
  strategy: z.string(),
  candidates: z.array(candidateSchema),
});
export type Decision = z.infer<typeof decisionSchema>;

/**
 * The plan as it travels with the message: the targets in the order of trying, the position of the next one, and what was
 * tried before. A worker that fails in a way the next target may cure moves the position and forwards the same message.
 */
export const routingSlipSchema = z.object({
  targets: z.array(targetSchema).min(1),
  position: z.int().nonnegative(),
  attempts: z.array(attemptSchema),
  decision: decisionSchema,
});
export type RoutingSlip = z.infer<typeof routingSlipSchema>;
