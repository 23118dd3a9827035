import { z } from 'zod';
import { epochMilliseconds, slug } from '../identifiers.js';
import { timeoutsSchema, unsupportedPolicy } from '../routing/plan.js';
import { modelLimitsSchema } from './model-limits.js';
import { priceSchema } from './price.js';

/** A provider as configured. Its credentials are sealed with the house's secret key; only a worker opens them. */
export const providerEntrySchema = z.object({
  name: slug,
  kind: slug,
  /** Options of that kind of provider; its folder validates them. */
  options: z.record(z.string(), z.unknown()),
  /** Used in turn; absent where the provider needs none. */
  credentials: z.array(z.string()).min(1).optional(),
  /** The one credential of a provider, in revisions made before there could be several. */
  credential: z.string().optional(),
});
export type ProviderEntry = z.infer<typeof providerEntrySchema>;

/** A target of a public model. Lower `priority` is tried first; `weight` is the share among equals. */
export const targetEntrySchema = z.object({
  provider: slug,
  model: z.string(),
  priority: z.int().nonnegative(),
  weight: z.number().positive(),
  price: priceSchema,
  /** Where the price comes from, where it does not stand in the configuration. */
  priceSource: z.enum(['catalogue', 'ceiling']).optional(),
  limits: modelLimitsSchema.optional(),
});
export type TargetEntry = z.infer<typeof targetEntrySchema>;

/** A model as callers name it. */
export const modelEntrySchema = z.object({
  name: z.string(),
  strategy: z.enum(['priority', 'weighted']),
  timeouts: timeoutsSchema,
  /** What happens to a request with a field that its dialect does not have; `pass` where it is absent. */
  unknownFields: z.enum(['pass', 'refuse']).optional(),
  /** What happens to parts of a request that a target cannot do; `warn` where it is absent. */
  unsupported: unsupportedPolicy.optional(),
  targets: z.array(targetEntrySchema).min(1),
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
});
export type Snapshot = z.infer<typeof snapshotSchema>;
