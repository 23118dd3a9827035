export { ACTIONS, INSTALLATION_SUBJECTS, ORGANIZATION_SUBJECTS, PROJECT_SUBJECTS, SUBJECTS } from './subjects.js';
export type { Action, Permission, Place, Subject } from './subjects.js';
export { abilityOf, belongsTo } from './ability-of.js';
export type { CallerAbility } from './ability-of.js';
export { grantsAllow, mayGiveScopes, mayGrant } from './may-grant.js';
export { permittedPlace, readingPlace } from './reading-place.js';
export { whoMay } from './who-may.js';
export { Allowances } from './allowances.js';
export type { Allowance } from './allowances.js';
