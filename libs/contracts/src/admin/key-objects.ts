import { z } from 'zod';
import { epochMilliseconds, slug } from '../identifiers.js';
import { callerSchema, keyScope } from '../queries/caller.js';
import { ownedLimitsSchema, rateLimitShape } from '../snapshot/plan-entry.js';

const MOST_ENTRIES = 100;
const network = z.union([z.cidrv4(), z.cidrv6()], { error: 'must be a network such as "10.0.0.0/8" or "fd00::/8"' });
const endpoint = z
  .string()
  .max(200)
  .regex(/^\/[^\s?#]*$/, 'must be a path such as "/v1/embeddings", or "/v1/files*" for all that begins so');

/** What a key is bound to besides the project it belongs to; the same fields in `switchyard.yaml` and in the admin API. */
export const keyBoundsFields = {
  scopes: z.array(keyScope).min(1).max(MOST_ENTRIES).optional(),
  /** Public models that it may ask for. */
  models: z.array(z.string().min(1).max(200)).min(1).max(MOST_ENTRIES).optional(),
  /** Providers that may serve it. */
  providers: z.array(slug).min(1).max(MOST_ENTRIES).optional(),
  endpoints: z.array(endpoint).min(1).max(MOST_ENTRIES).optional(),
  ipRanges: z.array(network).min(1).max(MOST_ENTRIES).optional(),
  /** Whose roles it acts with, as far as its scopes reach; of its own right without. */
  serviceAccount: slug.optional(),
  tier: slug.optional(),
} as const;

const keyRateLimits = z.strictObject(rateLimitShape);

/** What a key may ask for in a time; the same fields as at a key of `switchyard.yaml`. */
const keyLimits = z.strictObject({
  ...rateLimitShape,
  eachEndUser: keyRateLimits.optional(),
  models: z.record(z.string().min(1).max(200), keyRateLimits).optional(),
  providers: z.record(slug, keyRateLimits).optional(),
});

/** What a key may spend; the same fields as at a key of `switchyard.yaml`, read by those who keep both. */
const keyBudgets = z.array(z.record(z.string(), z.unknown())).min(1).max(MOST_ENTRIES);

/** What its requests go through, and who may get their data; the same fields as at a key of `switchyard.yaml`, read as budgets are. */
const keyPolicies = {
  guards: z.array(z.record(z.string(), z.unknown())).min(1).max(MOST_ENTRIES).optional(),
  privacy: z.record(z.string(), z.unknown()).optional(),
} as const;

/** A time as callers write it: ISO 8601 with a zone, in the future when a key is made. */
export const keyTime = z.iso.datetime({ offset: true });

/** Body of `POST …/keys`. */
export const keyCreateFields = z.strictObject({
  project: slug,
  name: slug,
  ...keyBoundsFields,
  limits: keyLimits.optional(),
  budgets: keyBudgets.optional(),
  ...keyPolicies,
  expiresAt: keyTime.optional(),
});
export type KeyCreateFields = z.infer<typeof keyCreateFields>;

/** Body of `PATCH …/keys/{id}`: null takes a bound away. */
export const keyUpdateFields = z.strictObject({
  scopes: keyBoundsFields.scopes,
  models: keyBoundsFields.models.nullable(),
  providers: keyBoundsFields.providers.nullable(),
  endpoints: keyBoundsFields.endpoints.nullable(),
  ipRanges: keyBoundsFields.ipRanges.nullable(),
  limits: keyLimits.nullable().optional(),
  budgets: keyBudgets.nullable().optional(),
  guards: keyPolicies.guards.nullable(),
  privacy: keyPolicies.privacy.nullable(),
  expiresAt: keyTime.nullable().optional(),
});

/** How long a key may go on being accepted beside the one that takes its place: 30 days. */
export const MOST_OVERLAP_SECONDS = 30 * 86_400;

/** Body of `POST …/keys/{id}/rotate`: how long the key before goes on being accepted; not at all for 0. */
export const keyRotateFields = z.strictObject({
  overlapSeconds: z.int().min(0).max(MOST_OVERLAP_SECONDS).default(86_400),
});

/** A key as the admin API shows it: never the key itself. */
export const keyObjectSchema = z.object({
  object: z.literal('key'),
  id: z.string(),
  organization: slug,
  project: slug,
  name: slug,
  /** The key's beginning and end, to recognise it by. */
  hint: z.string(),
  scopes: z.array(keyScope),
  models: z.array(z.string()).optional(),
  providers: z.array(z.string()).optional(),
  endpoints: z.array(z.string()).optional(),
  ipRanges: z.array(z.string()).optional(),
  serviceAccount: slug.optional(),
  tier: slug.optional(),
  limits: ownedLimitsSchema.optional(),
  budgets: z.array(z.record(z.string(), z.unknown())).optional(),
  ...keyPolicies,
  status: z.enum(['active', 'expired', 'revoked']),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  /** The key that took its place when it was rotated. */
  replacedBy: z.string().nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
  /** Keys of the file are changed in the file; they can be revoked here all the same. */
  managedBy: z.enum(['file', 'api']),
  etag: z.string(),
});
export type KeyObject = z.infer<typeof keyObjectSchema>;

/** The one answer that holds the key. */
export const issuedKeySchema = keyObjectSchema.extend({ key: z.string() });
export type IssuedKey = z.infer<typeof issuedKeySchema>;

const keyPlace = { caller: callerSchema, organization: slug, id: z.string().max(100) };

/** ingress → control */
export const keyIssueSchema = z.object({ caller: callerSchema, organization: slug, fields: keyCreateFields });
export type KeyIssue = z.infer<typeof keyIssueSchema>;
export const keyUpdateSchema = z.object({ ...keyPlace, fields: keyUpdateFields, ifMatch: z.string().optional() });
export type KeyUpdate = z.infer<typeof keyUpdateSchema>;
export const keyReadSchema = z.object(keyPlace);
export type KeyRead = z.infer<typeof keyReadSchema>;
export const keyRotateSchema = z.object({ ...keyPlace, overlapSeconds: z.int().min(0) });
export type KeyRotate = z.infer<typeof keyRotateSchema>;
export const keyListSchema = z.object({
  caller: callerSchema,
  organization: slug,
  project: slug.optional(),
  after: z.string().max(200).optional(),
  limit: z.int().min(1).max(100),
});
export type KeyList = z.infer<typeof keyListSchema>;
export const keyPageSchema = z.object({ keys: z.array(keyObjectSchema), hasMore: z.boolean() });
export type KeyPage = z.infer<typeof keyPageSchema>;

/** The key is refused from now on; `isRecorded` is false where Postgres is away and hears of it later. */
export const keyRevokedSchema = z.object({ id: z.string(), revokedAt: z.string(), isRecorded: z.boolean() });
export type KeyRevoked = z.infer<typeof keyRevokedSchema>;

/** ingress → control: the key that somebody holds, by its hash. */
export const keyFindSchema = z.object({ caller: callerSchema, hash: z.string().regex(/^[0-9a-f]{64}$/) });
export type KeyFind = z.infer<typeof keyFindSchema>;

/** ingress → control, now and then: when keys were used last, by their ids. */
export const keyUsedSchema = z.record(z.string().max(100), epochMilliseconds);
export type KeyUsed = z.infer<typeof keyUsedSchema>;
