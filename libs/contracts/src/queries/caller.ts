import { z } from 'zod';
import { keyId, slug } from '../identifiers.js';

/** What a key may be used for. `read-only` reads its project's records; `audit` reads the trail; `management` the admin API. */
export const KEY_SCOPES = ['inference', 'batches', 'management', 'read-only', 'audit'] as const;
export const keyScope = z.enum(KEY_SCOPES);
export type KeyScope = z.infer<typeof keyScope>;

/** The scopes of a key that names none: everything an application does, and reading what it did. */
export const DEFAULT_KEY_SCOPES: readonly KeyScope[] = ['inference', 'batches', 'read-only'];

/** What a person or a service account is in an organisation or in one of its projects. */
export const ROLES = ['owner', 'admin', 'developer', 'billing', 'auditor', 'viewer'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** A role and where it holds: in one project, or without `project` in the whole organisation. */
export const roleGrantSchema = z.object({ role, organization: slug, project: slug.optional() });
export type RoleGrant = z.infer<typeof roleGrantSchema>;

/** Whose key or session a request came with. Every query carries it, and every answer is limited to what it may see. */
export const callerSchema = z.object({
  organization: slug,
  project: slug,
  key: slug,
  /** Of a key made by the admin API: which of its name. */
  keyId: keyId.optional(),
  /** The bootstrap key: sees every organisation. */
  admin: z.boolean(),
  /** Plan or class of who calls with the key. */
  tier: slug.optional(),
  /** What the key may be used for; `DEFAULT_KEY_SCOPES` where absent. */
  scopes: z.array(keyScope).optional(),
  /** The roles of the person or the service account behind it; absent for a key that stands for itself. */
  grants: z.array(roleGrantSchema).optional(),
  /** The key is bound to models, providers, addresses or a time, so that it makes no others. */
  isBound: z.boolean().optional(),
  /** Id of the person who is signed in; absent for keys. */
  person: z.string().optional(),
});
export type Caller = z.infer<typeof callerSchema>;

/** Asks control who callers of before are by now: people and keys lose roles, and go. */
export const callersRenewSchema = z.object({ callers: z.array(callerSchema).min(1).max(100) });
export type CallersRenew = z.infer<typeof callersRenewSchema>;
/** In the order they were asked for; null for one who may do nothing any more. */
export const callersRenewedSchema = z.object({ callers: z.array(callerSchema.nullable()) });
export type CallersRenewed = z.infer<typeof callersRenewedSchema>;

/** Why a query or command was refused; travels in the reply's error header. `status` is the HTTP status it deserves. */
export const replyErrorSchema = z.object({
  status: z.int(),
  code: z.string(),
  message: z.string(),
  param: z.string().optional(),
  /** When to come again, where that is known. */
  retryAfterSeconds: z.int().positive().optional(),
});
export type ReplyError = z.infer<typeof replyErrorSchema>;
