import { z } from 'zod';
import { epochMilliseconds, slug } from '../identifiers.js';
import { timeoutsSchema, unsupportedPolicy } from '../routing/plan.js';
import { keyScope, roleGrantSchema } from '../queries/caller.js';
import { budgetEntrySchema, markupEntrySchema } from './budget.js';
import { nativeBatchPolicySchema } from './batch-api.js';
import { guardEntrySchema, privacyEntrySchema } from './guard-policy.js';
import { modelLimitsSchema } from './model-limits.js';
import { organizationEntrySchema, ownedLimitsSchema, planEntrySchema } from './plan-entry.js';
import { payloadRuleSchema, retentionRuleSchema } from './payload-rule.js';
import { priceSchema } from './price.js';
import {
  accessSchema,
  autoPolicySchema,
  breakerSettingsSchema,
  dataPolicySchema,
  routingPolicySchema,
  targetQuotasSchema,
  timeWindowSchema,
} from './routing-policy.js';

/** A provider as configured. Its credentials are sealed with the house's secret key; only a worker opens them. */
const providerEntrySchema = z.object({
  name: slug,
  kind: slug,
  /** Options of that kind of provider; its folder validates them. */
  options: z.record(z.string(), z.unknown()),
  /** Used in turn; absent where the provider needs none. */
  credentials: z.array(z.string()).min(1).optional(),
  /** The one credential of a provider, in revisions made before there could be several. */
  credential: z.string().optional(),
  /** Where its endpoint stands, in the operator's own names of regions; of all its targets that name none. */
  region: z.string().optional(),
  dataPolicy: dataPolicySchema.optional(),
  /** That its addresses come over the network and not from the operator's file: only public ones, or those named, are called. */
  guarded: z.literal(true).optional(),
});
export type ProviderEntry = z.infer<typeof providerEntrySchema>;

/** A target of a public model. Lower `priority` is tried first; `weight` is the share among equals. */
const targetEntrySchema = z.object({
  provider: slug,
  model: z.string(),
  priority: z.int().nonnegative(),
  weight: z.number().positive(),
  price: priceSchema,
  /** Where the price comes from, where it does not stand in the configuration. */
  priceSource: z.enum(['catalogue', 'ceiling']).optional(),
  /** What images of a size or a quality cost, each a price with its own version; the first that a request is for counts. */
  imagePrices: z
    .array(z.object({ size: z.string().optional(), quality: z.string().optional(), price: priceSchema }))
    .min(1)
    .optional(),
  /** What calls through the provider's own batch interface cost, where it takes something off; a price with its own version. */
  batchPrice: priceSchema.optional(),
  /** That lines of batches may go to that interface; absent where they may not. */
  nativeBatch: nativeBatchPolicySchema.optional(),
  limits: modelLimitsSchema.optional(),
  region: z.string().optional(),
  dataPolicy: dataPolicySchema.optional(),
  /** How good its answers are, from 0 to 1, by the operator's own judgement or an evaluation. */
  quality: z.number().min(0).max(1).optional(),
  tags: z.array(z.string()).optional(),
  access: accessSchema.optional(),
  window: timeWindowSchema.optional(),
  quotas: targetQuotasSchema.optional(),
});
export type TargetEntry = z.infer<typeof targetEntrySchema>;

/** A model as callers name it. */
export const modelEntrySchema = z.object({
  name: z.string(),
  strategy: z.enum(['priority', 'weighted']),
  timeouts: timeoutsSchema,
  /** Silence before a stream's first token after which it is begun with status 200, so that nobody in between closes it. */
  keepAliveMilliseconds: z.int().positive().optional(),
  /** What happens to a request with a field that its dialect does not have; `pass` where it is absent. */
  unknownFields: z.enum(['pass', 'refuse']).optional(),
  /** What happens to parts of a request that a target cannot do; `warn` where it is absent. */
  unsupported: unsupportedPolicy.optional(),
  /** Empty for a model that stands for others (`auto`). */
  targets: z.array(targetEntrySchema),
  routing: routingPolicySchema.optional(),
  auto: autoPolicySchema.optional(),
  /** Steps that every request for it and every answer goes through, after those of its caller. */
  guards: z.array(guardEntrySchema).optional(),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

/** A caller's key; only its HMAC-SHA-256 (hex, see `hashKey`) is ever kept. */
export const keyEntrySchema = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  name: slug,
  organization: slug,
  project: slug,
  /** The bootstrap key of the installation: sees every organisation. */
  admin: z.boolean(),
  /** Plan or class of who calls with it. */
  tier: slug.optional(),
  /** What it may be used for; `DEFAULT_KEY_SCOPES` where absent. */
  scopes: z.array(keyScope).optional(),
  /** The roles of the service account that it belongs to; absent for a key that stands for itself. */
  grants: z.array(roleGrantSchema).optional(),
  /** Public models that it may ask for, and providers that may serve it; all where absent. */
  models: z.array(z.string()).min(1).optional(),
  providers: z.array(slug).min(1).optional(),
  /** Routes that it may be used for, such as `/v1/embeddings` or `/v1/files*`; all where absent. */
  endpoints: z.array(z.string()).min(1).optional(),
  /** Networks (CIDR) that it may be used from; all where absent. */
  ipRanges: z.array(z.string()).min(1).optional(),
  /** From when on it is refused. */
  expiresAt: epochMilliseconds.optional(),
  limits: ownedLimitsSchema.optional(),
  /** Of a key made by the admin API; those of the file stand in the snapshot. */
  budgets: z.array(budgetEntrySchema).min(1).optional(),
  privacy: privacyEntrySchema.optional(),
  guards: z.array(guardEntrySchema).optional(),
  /** Of a key made by the admin API. */
  id: z.string().max(100).optional(),
  /** Which key of its name it is, of those that the admin API made: the last one's bounds are those of whoever calls by the name. */
  ordinal: z.int().positive().optional(),
  /** Since when it is refused. */
  revokedAt: epochMilliseconds.optional(),
});
export type KeyEntry = z.infer<typeof keyEntrySchema>;

/**
 * The compiled configuration that ingress, router, worker and billing hold in memory. A higher `revision` replaces a lower
 * one; every event names the revision it was decided under.
 */
export const snapshotSchema = z.object({
  version: z.literal(1),
  revision: z.int().positive(),
  createdAt: epochMilliseconds,
  providers: z.array(providerEntrySchema),
  models: z.array(modelEntrySchema),
  keys: z.array(keyEntrySchema),
  /** Absent where nobody has one. */
  budgets: z.array(budgetEntrySchema).optional(),
  markups: z.array(markupEntrySchema).optional(),
  /** What a unit of other currencies is worth in nano-USD, by the currency's code. */
  exchangeRates: z.record(z.string(), z.string().regex(/^[1-9]\d*$/)).optional(),
  /** Absent in revisions from before there were plans, as the next. */
  organizations: z.array(organizationEntrySchema).optional(),
  plans: z.array(planEntrySchema).optional(),
  /** Over all organisations together. */
  limits: ownedLimitsSchema.optional(),
  privacy: privacyEntrySchema.optional(),
  guards: z.array(guardEntrySchema).optional(),
  /** Of targets; the defaults of `libs/health` where absent. */
  breaker: breakerSettingsSchema.partial().optional(),
  /** Whose prompts and answers are kept; nobody's where absent. */
  payloads: z.array(payloadRuleSchema).optional(),
  /** How long entries of the trail are kept, by class; as the installation says where absent. */
  retention: z.array(retentionRuleSchema).optional(),
  /** Policies tried beside those in force: this share of requests is decided by them. */
  trial: z
    .object({
      revision: z.int().positive(),
      share: z.number().min(0).max(1),
      models: z.array(modelEntrySchema),
    })
    .optional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
