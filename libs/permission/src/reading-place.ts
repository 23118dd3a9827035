import type { Caller } from '#libs/contracts';
import { abilityOf } from './ability-of.js';
import type { Place, Subject } from './subjects.js';

/**
 * Where a caller may read records of a kind: everywhere with the bootstrap key, in the whole organisation with a role that holds
 * there, else in its own project, or nowhere when its roles and scopes do not allow it even there.
 */
export function readingPlace(caller: Caller, subject: Subject): Place | 'everywhere' | 'nowhere' {
  if (caller.admin) return 'everywhere';
  const { organization, project } = caller;
  const mayRead = (place: Place): boolean => abilityOf(caller).at({ action: 'read', subject }, place);
  if (mayRead({ organization })) return { organization };
  return mayRead({ organization, project }) ? { organization, project } : 'nowhere';
}
