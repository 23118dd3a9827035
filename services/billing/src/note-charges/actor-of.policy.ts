import type { AuditNoted, Caller } from '#libs/contracts';

/** Who did something, as the trail names them. */
export function actorOf({ admin, person, key, organization, project }: Caller): AuditNoted['actor'] {
  if (person !== undefined) return { kind: 'person', id: person };
  return { kind: admin ? 'admin-key' : 'key', id: key, organization, project };
}
