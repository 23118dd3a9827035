import { z } from 'zod';
import { slug } from '../identifiers.js';
import { guardEntrySchema, privacyEntrySchema } from './guard-policy.js';

const MOST = 1_000_000_000;
const most = z.int().positive().max(MOST);

/** The members of `rateLimitsSchema`, for strict objects of their own. */
export const rateLimitShape = {
  requestsPerMinute: most.optional(),
  requestsPerDay: most.optional(),
  tokensPerMinute: most.optional(),
  tokensPerDay: most.optional(),
  /** Requests under way at the same time. */
  concurrency: most.optional(),
} as const;

/** How much may be asked for; what is absent is not limited here. Minutes and days are the last 60 seconds and 24 hours. */
const rateLimitsSchema = z.object(rateLimitShape);
export type RateLimits = z.infer<typeof rateLimitsSchema>;

/** The limits of an owner: on all its requests, and on parts of them that are counted for themselves. */
export const ownedLimitsSchema = rateLimitsSchema.extend({
  /** Each end user that requests name has these for itself. */
  eachEndUser: rateLimitsSchema.optional(),
  /** By public model, as callers name it. */
  models: z.record(z.string(), rateLimitsSchema).optional(),
  /** By configured provider: one that is at its limit is left out of the route. */
  providers: z.record(slug, rateLimitsSchema).optional(),
});
export type OwnedLimits = z.infer<typeof ownedLimitsSchema>;

/** What a plan can be with or without; which addresses and wishes each of them opens stands in the documents of plans. */
export const PLAN_FEATURES = [
  'batches',
  'webhooks',
  'schedules',
  'background',
  'auto',
  'caching',
  'audit-export',
] as const;
export type PlanFeature = (typeof PLAN_FEATURES)[number];

/** What an organisation or a project has bought. */
export const planEntrySchema = z.object({
  name: slug,
  displayName: z.string().optional(),
  /** On top of what the providers charge, in millionths of it; negative for a discount. */
  markupMillionths: z.int().min(-1_000_000).max(100_000_000),
  limits: ownedLimitsSchema.optional(),
  /** Public models that may be asked for; all where absent. */
  models: z.array(z.string()).optional(),
  /** Kinds of strategies that order targets for its requests, besides `priority`; all where absent. */
  strategies: z.array(z.string()).optional(),
  /** How long files, batches, jobs, responses and payloads are kept at most, in days. */
  retentionDays: z.int().positive().optional(),
  /** All where absent. */
  features: z.array(z.enum(PLAN_FEATURES)).optional(),
  /** What support comes with it, in the operator's words. */
  support: z.string().optional(),
});
export type PlanEntry = z.infer<typeof planEntrySchema>;

/** An organisation and its projects, as far as services besides control need to know. */
export const organizationEntrySchema = z.object({
  name: slug,
  plan: slug.optional(),
  /** Of whoever calls in it and has none of its own. */
  tier: slug.optional(),
  limits: ownedLimitsSchema.optional(),
  privacy: privacyEntrySchema.optional(),
  guards: z.array(guardEntrySchema).optional(),
  projects: z.array(
    z.object({
      name: slug,
      plan: slug.optional(),
      tier: slug.optional(),
      limits: ownedLimitsSchema.optional(),
      privacy: privacyEntrySchema.optional(),
      guards: z.array(guardEntrySchema).optional(),
      /** How much of durable work it gets beside other projects; 1 where absent. */
      share: z.number().positive().optional(),
    }),
  ),
});
export type OrganizationEntry = z.infer<typeof organizationEntrySchema>;
