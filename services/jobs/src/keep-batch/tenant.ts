import type { Caller } from '#libs/contracts';
import type { Tenant as Place } from '#libs/storage';

/** Whose rows a query may see: one project's, or (the bootstrap key) everybody's. */
export type Tenant = Pick<Caller, 'organization' | 'project' | 'admin'>;

/** The condition on `organization` and `project` whose parameters are `$first`, `$first + 1` and `$first + 2`. */
export function tenantCondition(first: number): string {
  return `($${first}::boolean OR (organization = $${first + 1} AND project = $${first + 2}))`;
}

export function tenantParameters(tenant: Tenant): [boolean, string, string] {
  return [tenant.admin, tenant.organization, tenant.project];
}

/** Where the database lets a tenant read; what the conditions of statements say, once more. */
export function placeOf({ admin, organization, project }: Tenant): Place | 'everywhere' {
  return admin ? 'everywhere' : { organization, project };
}
