import type { Caller } from '#libs/contracts';
import { abilityOf } from '#libs/permission';

const READ = { action: 'read', subject: 'AuditEvent' } as const;

/** Who gave an endpoint its reach of the trail. */
export type Maker = Pick<Caller, 'organization' | 'project' | 'key' | 'keyId' | 'admin' | 'person'>;

/** Whether an endpoint with these filters hears of the trail: it has to say so, since `*` does not. */
export function wishesForTrail(eventTypes: readonly string[]): boolean {
  return eventTypes.some((type) => type.startsWith('audit.'));
}

/** How much of the trail a caller may read, and so have sent to an endpoint of the project it calls in. */
export function trailReachOf(caller: Caller): 'organization' | 'project' | 'none' {
  const ability = abilityOf(caller);
  const { organization, project } = caller;
  if (ability.at(READ, { organization })) return 'organization';
  return ability.at(READ, { organization, project }) ? 'project' : 'none';
}

/** As which a caller is asked for again; what they may do is not kept, since it changes. */
export function makerOf({ organization, project, key, keyId, admin, person }: Caller): Maker {
  return {
    organization,
    project,
    key,
    ...(keyId === undefined ? {} : { keyId }),
    admin,
    ...(person === undefined ? {} : { person }),
  };
}
