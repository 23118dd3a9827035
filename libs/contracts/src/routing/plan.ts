import { z } from 'zod';
import { slug } from '../identifiers.js';
import { attemptSchema } from '../events/attempt.js';
import { priceSchema } from '../snapshot/price.js';
import { executionPolicySchema } from './execution-policy.js';

/** Limits on the time of one call, in milliseconds: to the first byte or token, silence within a stream, the whole call with all its attempts. */
export const timeoutsSchema = z.object({
  firstByteMilliseconds: z.int().positive(),
  /** To the first byte of a plain answer, which most providers send once all of it is made; as for a stream where absent. */
  plainMilliseconds: z.int().positive().optional(),
  idleMilliseconds: z.int().positive(),
  totalMilliseconds: z.int().positive(),
  /** Of one attempt, where a caller asked for that; another target may still answer. */
  attemptMilliseconds: z.int().positive().optional(),
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
  /** Where it stands, in the operator's own names of regions; for the record. */
  region: z.string().optional(),
  timeouts: timeoutsSchema,
  /** What happens to parts of a request that the target cannot do; `warn` where it is absent. */
  unsupported: unsupportedPolicy.optional(),
  /** The public model it serves, where that is not the one that was asked for. */
  servesModel: z.string().optional(),
  /** Tried only after a failure of this class, ahead of all others. */
  onlyAfter: z.enum(['context_too_long', 'content_filter']).optional(),
  /** Most calls of the target at once, over all workers. */
  concurrency: z.int().positive().optional(),
  /** Most tokens the model gives in one answer, where known. */
  maxOutputTokens: z.int().positive().optional(),
});
export type Target = z.infer<typeof targetSchema>;

/** What became of one candidate when the plan was made. */
const candidateSchema = z.object({
  provider: z.string(),
  model: z.string(),
  /** `planned` with its rank in the plan, from 0, or `dropped`. */
  outcome: z.enum(['planned', 'dropped']),
  rank: z.int().nonnegative().optional(),
  /** One sentence: why it stands where it stands. */
  reason: z.string(),
  /** The filter that dropped it. */
  filter: z.string().optional(),
  /** What the strategy ordered by; lower is tried earlier. */
  score: z.number().optional(),
  /** The public model it belongs to, where that is not the one that was asked for. */
  servesModel: z.string().optional(),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** Why a plan is what it is; stored in the terminal event. */
export const decisionSchema = z.object({
  snapshotRevision: z.int().nonnegative(),
  strategy: z.string(),
  candidates: z.array(candidateSchema),
  /** The rule of the model's policy that decided, by name or place. */
  rule: z.string().optional(),
  /** Whose policies of privacy bound the choice, such as `organization acme`, and what was found where that counted. */
  privacy: z.array(z.string().max(300)).max(20).optional(),
  /** Which version of the policies decided, where a new one is being tried beside the one in force. */
  trial: z.boolean().optional(),
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
  /** How the plan is carried out, where that is not as usual. */
  execution: executionPolicySchema.optional(),
  /** What the caller is charged beyond the prices of the targets, in millionths of them; absent where it is nothing. */
  markupMillionths: z.int().optional(),
});
export type RoutingSlip = z.infer<typeof routingSlipSchema>;
