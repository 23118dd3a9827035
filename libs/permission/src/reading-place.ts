import type { Caller } from '#libs/contracts';
import { abilityOf } from './ability-of.js';
import type { Permission, Place, Subject } from './subjects.js';

/**
 * Where a caller may read records of a kind: everywhere with the bootstrap key, in the whole organisation with a role that holds
 * there, else in its own project, or nowhere when its roles and scopes do not allow it even there.
 */
export function readingPlace(caller: Caller, subject: Subject): Place | 'everywhere' | 'nowhere' {
  return permittedPlace(caller, { action: 'read', subject });
}

/** The same for whatever else is done to records, such as judging them. */
export function permittedPlace(caller: Caller, permission: Permission): Place | 'everywhere' | 'nowhere' {
  if (caller.admin) return 'everywhere';
  const { organization, project } = caller;
  const may = (place: Place): boolean => abilityOf(caller).at(permission, place);
  if (may({ organization })) return { organization };
  return may({ organization, project }) ? { organization, project } : 'nowhere';
}
