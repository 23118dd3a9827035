import type { AuditKeyPage } from '#libs/contracts';

/** The public keys of checkpoints in the API's own form. */
export function keyList({ keys }: AuditKeyPage): object {
  return {
    object: 'list',
    data: keys.map(({ number, verifier, createdAt, isCurrent, validUntil }) => ({
      object: 'audit.key',
      number,
      verifier,
      created_at: new Date(createdAt).toISOString(),
      current: isCurrent,
      valid_until: validUntil === undefined ? null : new Date(validUntil).toISOString(),
    })),
  };
}
