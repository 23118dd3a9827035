import {
  DEFAULT_KEY_SCOPES,
  type KeyCreateFields,
  type KeyEntry,
  type KeyObject,
  type RoleGrant,
} from '#libs/contracts';

import { budgetsOfKey, policiesOfKey } from './key-bounds.policy.js';

/** What a key is bound to, as it is kept. */
export type KeyBounds = Omit<KeyCreateFields, 'project' | 'name' | 'expiresAt'>;

/** A key of the admin API as it is kept. */
export interface StoredKey {
  readonly id: string;
  readonly organization: string;
  readonly project: string;
  readonly name: string;
  readonly hash: string;
  readonly hint: string;
  readonly bounds: KeyBounds;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly replacedBy: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Which key of its name it is; the last one speaks for the name. */
  readonly ordinal: number;
  /** The ordinal of the first key that rotations led here from. */
  readonly lineage: number;
  readonly version: number;
}

const FILE_ID_DIGITS = 24;

/** The id by which a key of the file is shown and revoked. */
export function fileKeyId(hash: string): string {
  return `file_${hash.slice(0, FILE_ID_DIGITS)}`;
}

/** The entry that processes which let callers in know it by; `grants` are the roles of its service account. */
export function entryOfKey(key: StoredKey, grants: readonly RoleGrant[] | undefined): KeyEntry {
  const { serviceAccount, scopes = [...DEFAULT_KEY_SCOPES], limits, budgets, guards, privacy, ...bounds } = key.bounds;
  const isReplaced = key.replacedBy !== null;
  return {
    id: key.id,
    ordinal: key.ordinal,
    hash: key.hash,
    name: key.name,
    organization: key.organization,
    project: key.project,
    admin: false,
    scopes,
    ...bounds,
    // Both have one name, by which requests are counted, and the limits, budgets and policies of the one that is changed from now on.
    ...(limits === undefined || isReplaced ? {} : { limits }),
    ...(budgets === undefined || isReplaced ? {} : { budgets: budgetsOfKey(key, key.bounds) }),
    ...(isReplaced ? {} : policiesOfKey({ guards, privacy })),
    // A service account that is gone leaves its keys without a role, and so without any permission.
    ...(serviceAccount === undefined ? {} : { grants: [...(grants ?? [])] }),
    ...(key.expiresAt ? { expiresAt: key.expiresAt.getTime() } : {}),
    ...(key.revokedAt ? { revokedAt: key.revokedAt.getTime() } : {}),
  };
}

/** The key as the admin API shows it. */
export function keyObjectOf(key: StoredKey, now: number): KeyObject {
  const { scopes = [...DEFAULT_KEY_SCOPES], ...bounds } = key.bounds;
  return {
    object: 'key',
    id: key.id,
    organization: key.organization,
    project: key.project,
    name: key.name,
    hint: key.hint,
    scopes,
    ...bounds,
    status: statusOf(key, now),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    replacedBy: key.replacedBy,
    createdAt: key.createdAt.toISOString(),
    createdBy: key.createdBy,
    managedBy: 'api',
    etag: `"v${key.version}"`,
  };
}

function statusOf({ revokedAt, expiresAt }: StoredKey, now: number): KeyObject['status'] {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt.getTime() <= now ? 'expired' : 'active';
}
