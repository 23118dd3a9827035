import type { Caller } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { abilityOf, type Permission } from '#libs/permission';

/** What part of which log somebody may read: one project's entries, or those of the whole organisation. */
export interface Reach {
  readonly organization: string;
  readonly project: string | undefined;
}

/** Who asks, and whose log; the asker's own where nobody else's is named. */
export interface Asked {
  readonly caller: Caller;
  readonly organization?: string | undefined;
}

const READ = { action: 'read', subject: 'AuditEvent' } as const;

/** Whole logs are for the bootstrap key and for roles that hold in the whole organisation. @throws QueryRefused 403 */
export function reachOf({ caller, organization = caller.organization }: Asked, permission: Permission = READ): Reach {
  const ability = abilityOf(caller);
  if (ability.at(permission, { organization })) return { organization, project: undefined };
  const { project } = caller;
  if (organization === caller.organization && ability.at(permission, { organization, project }))
    return { organization, project };
  throw new QueryRefused({
    status: 403,
    code: 'organization_not_permitted',
    message: 'This key can read the audit trail of its own organization only.',
    param: 'organization',
  });
}

/** Somebody who sees a whole log may ask for one project of it; nobody may ask for more than they see. @throws QueryRefused 403 */
export function withinProject({ organization, project }: Reach, wanted: string | undefined): Reach {
  if (project === undefined || wanted === undefined || wanted === project)
    return { organization, project: project ?? wanted };
  throw new QueryRefused({
    status: 403,
    code: 'project_not_permitted',
    message: 'This key can read the audit trail of its own project only.',
    param: 'project',
  });
}
