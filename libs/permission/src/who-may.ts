import { KEY_SCOPES, ROLES } from '#libs/contracts';
import { ROLE_RULES, SCOPE_RULES, type Rule } from './role-rules.js';
import type { Permission } from './subjects.js';

/** The roles and the scopes of keys that allow something; both empty for what only the bootstrap key may do. */
export function whoMay(permission: Permission): { roles: string[]; scopes: string[] } {
  return {
    roles: ROLES.filter((role) => allows(ROLE_RULES[role], permission)),
    scopes: KEY_SCOPES.filter((scope) => allows(SCOPE_RULES[scope], permission)),
  };
}

function allows(rules: readonly Rule[], { action, subject }: Permission): boolean {
  return rules.some(
    ({ actions, subjects }) => subjects.includes(subject) && (actions.includes(action) || actions.includes('manage')),
  );
}
