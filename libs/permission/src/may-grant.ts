import type { Caller, KeyScope, RoleGrant } from '#libs/contracts';
import { abilityOf, type CallerAbility } from './ability-of.js';
import { ROLE_RULES, SCOPE_RULES, type Rule } from './role-rules.js';
import { ACTIONS, type Place } from './subjects.js';

/**
 * Whether this caller may give somebody that role there: nobody gives more than they have, so everything the role allows must
 * be allowed to the giver in the same place. The same question is asked before a role is changed or taken away.
 */
export function mayGrant(caller: Caller, { role, ...place }: RoleGrant): boolean {
  return coversAll(abilityOf(caller), ROLE_RULES[role], place);
}

/**
 * Whether this caller may make a key with these scopes there. A key with scopes alone acts by itself, so what they allow must
 * be allowed to its maker; one of a service account never does more than the account.
 */
export function mayGiveScopes(caller: Caller, scopes: readonly KeyScope[], place: Place): boolean {
  return scopes.every((scope) => coversAll(abilityOf(caller), SCOPE_RULES[scope], place));
}

function coversAll(ability: CallerAbility, rules: readonly Rule[], place: Place): boolean {
  return rules.every(({ actions, subjects }) => {
    const meant = actions.includes('manage') ? ACTIONS : ACTIONS.filter((action) => actions.includes(action));
    return subjects.every((subject) => meant.every((action) => ability.at({ action, subject }, place)));
  });
}
