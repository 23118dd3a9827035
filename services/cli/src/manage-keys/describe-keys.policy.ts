import type { IssuedKey, KeyObject } from '#libs/contracts';
import { table } from '../text-table.policy.js';

/** The keys of an organization, for people. */
export function describeKeys(keys: readonly KeyObject[]): string {
  if (keys.length === 0) return 'No keys yet. Make one with: switchyard keys create NAME --organization … --project …';
  const rows = keys.map((key) => [
    key.id,
    key.project,
    key.name,
    key.status,
    key.scopes.join(','),
    key.lastUsedAt ?? '–',
    key.expiresAt ?? '–',
    key.managedBy,
  ]);
  return table([['id', 'project', 'name', 'state', 'scopes', 'last used', 'expires', 'kept by'], ...rows]).join('\n');
}

/** A key that is shown this once. */
export function describeIssued({ id, organization, project, name, key }: IssuedKey): string {
  return [`${id} ${organization}/${project}/${name}`, `Key, shown this once: ${key}`].join('\n');
}
