import { z } from 'zod';
import { nanoUsd, slug } from '../identifiers.js';
import { failureRule } from '../routing/execution-policy.js';
import { errorClass } from '../events/attempt.js';

const modelNames = z.array(z.string()).min(1);

/** What a provider does with what it is sent, as the operator knows it from the contract; absent fields are not known. */
export const dataPolicySchema = z.object({
  /** Whether it may train on prompts and answers. */
  training: z.boolean().optional(),
  /** Whether it keeps them beyond the call. */
  retention: z.boolean().optional(),
});

/** What the provider allows a target, over the whole fleet. */
export const targetQuotasSchema = z.object({
  requestsPerMinute: z.int().positive().optional(),
  tokensPerMinute: z.int().positive().optional(),
  concurrency: z.int().positive().optional(),
});
export type TargetQuotas = z.infer<typeof targetQuotasSchema>;

/** Who may use something; an absent list lets everybody, and a listed denial goes before a listed permission. */
export const accessSchema = z.object({
  organizations: z.array(slug).optional(),
  projects: z.array(z.string()).optional(),
  keys: z.array(z.string()).optional(),
  tiers: z.array(slug).optional(),
  deny: z
    .object({
      organizations: z.array(slug).optional(),
      projects: z.array(z.string()).optional(),
      keys: z.array(z.string()).optional(),
      tiers: z.array(slug).optional(),
    })
    .optional(),
});
export type Access = z.infer<typeof accessSchema>;

/** What a target must be to serve a request. Prices in nano-USD for a million tokens. */
export const requirementsSchema = z.object({
  /** Regions that data may go to; a target without a region fits none. */
  regions: z.array(z.string()).min(1).optional(),
  providers: z.array(slug).min(1).optional(),
  notProviders: z.array(slug).min(1).optional(),
  noTraining: z.boolean().optional(),
  zeroRetention: z.boolean().optional(),
  mostInputNanoUsdPerMillion: nanoUsd.optional(),
  mostOutputNanoUsdPerMillion: nanoUsd.optional(),
  /** Most that one call may cost by its estimate, in nano-USD. */
  mostCostNanoUsd: nanoUsd.optional(),
});
export type Requirements = z.infer<typeof requirementsSchema>;

/** What requests are told apart by, where equal ones go the same way. */
export const stickyBy = z.enum(['session', 'user', 'key', 'project']);
export type StickyBy = z.infer<typeof stickyBy>;

/** How eligible targets are ordered. */
const strategySchema = z.discriminatedUnion('kind', [
  /** By `priority`, equals drawn by weight. */
  z.object({ kind: z.literal('priority') }),
  /** All in one draw by weight. */
  z.object({ kind: z.literal('weighted') }),
  /** In turn, each router by itself. */
  z.object({ kind: z.literal('round_robin') }),
  /** Fewest calls under way, for the target's weight. */
  z.object({ kind: z.literal('least_busy') }),
  z.object({
    kind: z.literal('lowest_latency'),
    measure: z.enum(['first_token', 'total']),
    percentile: z.union([z.literal(50), z.literal(90), z.literal(95), z.literal(99)]),
    /** Targets within this share of the fastest count as equal and are drawn by weight, from 0 to 1. */
    tolerance: z.number().min(0).max(1),
  }),
  /** Tokens per second. */
  z.object({ kind: z.literal('highest_throughput'), tolerance: z.number().min(0).max(1) }),
  /** By the estimated cost of the request at hand. */
  z.object({ kind: z.literal('lowest_cost') }),
  /** The largest free share of the requests and tokens per minute. */
  z.object({ kind: z.literal('usage') }),
  /** Rendezvous hashing: each value keeps its target while the target is eligible. */
  z.object({ kind: z.literal('consistent_hash'), by: stickyBy }),
  /** Sum of normalised parts with these weights; the highest first. */
  z.object({
    kind: z.literal('score'),
    quality: z.number().nonnegative(),
    cost: z.number().nonnegative(),
    latency: z.number().nonnegative(),
    throughput: z.number().nonnegative(),
  }),
]);
export type Strategy = z.infer<typeof strategySchema>;

/** When a rule or a target holds, in a time zone (IANA). Minutes of the day; from > to goes over midnight. */
export const timeWindowSchema = z.object({
  timeZone: z.string(),
  /** 1 Monday to 7 Sunday. */
  weekdays: z.array(z.int().min(1).max(7)).min(1).optional(),
  fromMinute: z.int().min(0).max(1_439).optional(),
  toMinute: z.int().min(0).max(1_440).optional(),
});
export type TimeWindow = z.infer<typeof timeWindowSchema>;

/** One rule of a model; the first whose condition and window hold decides. */
const routingRuleSchema = z.object({
  name: z.string(),
  /** CEL over the facts, see `libs/conditions`; absent where only the window counts. */
  when: z.string().optional(),
  window: timeWindowSchema.optional(),
  /** Goes on as a request for this model instead. */
  useModel: z.string().optional(),
  /** Only targets with one of these tags. */
  onlyTags: z.array(z.string()).min(1).optional(),
  strategy: strategySchema.optional(),
  require: requirementsSchema.optional(),
  /** Refuses with this sentence. */
  refuse: z.string().optional(),
});
export type RoutingRule = z.infer<typeof routingRuleSchema>;

/** Routing of a model beyond its list of targets; see docs/routing.md. */
export const routingPolicySchema = z.object({
  strategy: strategySchema.optional(),
  rules: z.array(routingRuleSchema).optional(),
  require: requirementsSchema.optional(),
  access: accessSchema.optional(),
  /** Keeps requests with the same value on one target, ahead of the strategy (prompt caches stay warm). */
  sticky: stickyBy.optional(),
  /** This share of requests goes to targets with the tag first, the others never unless all else fails. */
  canary: z.object({ tag: z.string(), share: z.number().min(0).max(1), by: stickyBy.optional() }).optional(),
  /** Public models whose targets are tried after the model's own. */
  fallbacks: z
    .object({
      models: modelNames.optional(),
      contextTooLong: modelNames.optional(),
      contentFilter: modelNames.optional(),
    })
    .optional(),
  failures: z.partialRecord(errorClass, failureRule).optional(),
  /** From acceptance to the end, attempts and waits together. */
  deadlineMilliseconds: z.int().positive().optional(),
  onCut: z.enum(['error', 'rescue']).optional(),
  /** The second target is called when the first has not begun within this percentile of its own time to first token. */
  hedge: z
    .object({
      percentile: z.union([z.literal(50), z.literal(90), z.literal(95), z.literal(99)]),
      leastMilliseconds: z.int().nonnegative(),
      /** Also where nothing has been measured yet. */
      mostMilliseconds: z.int().positive(),
    })
    .optional(),
  /** Copies of this share of requests go to another model off the path; their answers go to nobody. */
  shadow: z.object({ model: z.string(), share: z.number().min(0).max(1) }).optional(),
  /** Answers kept for equal requests of one organisation. `priceShare`: of the first answer's cost, charged for a hit. */
  cache: z.object({ seconds: z.int().positive(), priceShare: z.number().min(0).max(1) }).optional(),
  /** Whether callers' own wishes (OpenRouter, Portkey, LiteLLM, suffixes) are followed; true where absent. */
  callersWishes: z.boolean().optional(),
});
export type RoutingPolicy = z.infer<typeof routingPolicySchema>;

/** A model that stands for two others and chooses by predicted difficulty; thresholds from 0 (always strong) to 1 (never). */
export const autoPolicySchema = z.object({
  weak: z.string(),
  strong: z.string(),
  levels: z.object({ cheap: z.number(), balanced: z.number(), best: z.number() }),
});
export type AutoPolicy = z.infer<typeof autoPolicySchema>;

/** When a target counts as unwell; see `libs/health`. */
export const breakerSettingsSchema = z.object({
  consecutiveFailures: z.int().positive(),
  failureShare: z.number().min(0).max(1),
  leastCalls: z.int().positive(),
  windowMilliseconds: z.int().positive(),
  coolDownMilliseconds: z.int().positive(),
  mostCoolDownMilliseconds: z.int().positive(),
  /** Providers that nobody calls are asked for something free of charge once in so long; never where absent. */
  idleProbeMilliseconds: z.int().positive().optional(),
});
export type BreakerSettings = z.infer<typeof breakerSettingsSchema>;
