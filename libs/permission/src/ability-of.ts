import { AbilityBuilder, createMongoAbility, subject as asSubject, type MongoAbility } from '@casl/ability';
import { DEFAULT_KEY_SCOPES, type Caller } from '#libs/contracts';
import { ROLE_RULES, SCOPE_RULES, type Rule } from './role-rules.js';
import type { Permission, Place } from './subjects.js';

/** What a caller may do: what the roles allow and, for a key, what its scopes allow besides. */
export interface CallerAbility {
  /** Whether it may do so anywhere, which is what a route asks before it looks at anything. */
  readonly anywhere: (permission: Permission) => boolean;
  /** Whether it may do so in this place. */
  readonly at: (permission: Permission, place: Place) => boolean;
}

/** Callers are held for as long as their key is, so what they may do is worked out once for each. */
const abilities = new WeakMap<Caller, CallerAbility>();

/** What this caller may do. The bootstrap key may do everything; nobody else reaches beyond the organisation. */
export function abilityOf(caller: Caller): CallerAbility {
  const known = abilities.get(caller);
  if (known) return known;
  const made = makeAbility(caller);
  abilities.set(caller, made);
  return made;
}

function makeAbility(caller: Caller): CallerAbility {
  if (caller.admin) return { anywhere: () => true, at: () => true };
  const { organization, project, scopes = DEFAULT_KEY_SCOPES, grants, person } = caller;
  const byRoles = grants?.map(({ role, ...place }) => ({ rules: ROLE_RULES[role], place }));
  if (person !== undefined) return joined([abilityBy(byRoles ?? [])]);
  // A service account's key reaches as far as the account's roles do; a key of its own no further than its project.
  const places = grants?.map(({ role: _role, ...place }) => place) ?? [{ organization, project }];
  const byScopes = abilityBy(scopes.flatMap((scope) => places.map((place) => ({ rules: SCOPE_RULES[scope], place }))));
  return joined(byRoles ? [abilityBy(byRoles), byScopes] : [byScopes]);
}

function abilityBy(held: readonly { readonly rules: readonly Rule[]; readonly place: Place }[]): MongoAbility {
  const { can, build } = new AbilityBuilder<MongoAbility>(createMongoAbility);
  for (const { rules, place } of held) {
    const conditions = place.project === undefined ? { organization: place.organization } : { ...place };
    for (const { actions, subjects } of rules) can([...actions], [...subjects], conditions);
  }
  return build();
}

/** Allowed is what each of them allows. */
function joined(all: readonly MongoAbility[]): CallerAbility {
  return {
    anywhere: ({ action, subject }) => all.every((ability) => ability.can(action, subject)),
    at: ({ action, subject }, place) => all.every((ability) => ability.can(action, asSubject(subject, { ...place }))),
  };
}

/** Whether a caller has anything to do with an organisation: one that it has not is to it as if it were not there. */
export function belongsTo({ admin, person, grants, organization: own }: Caller, organization: string): boolean {
  if (admin || grants?.some((grant) => grant.organization === organization)) return true;
  return person === undefined && own === organization;
}
