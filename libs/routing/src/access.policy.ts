import type { Access, Facts } from '#libs/contracts';

/** What of an access list speaks against a caller: a list of names, or the list of tiers, which the caller's plan decides. */
export type AccessDenial = 'access' | 'tier';

/** Whose request it is, as access lists name callers. */
export type WhoAsks = Pick<Facts, 'organization' | 'project' | 'key' | 'tier'>;

/**
 * Whether a caller may use what an access list guards. Every list that is there must name the caller; a denial goes before a
 * permission. Projects are written `organisation/project`, keys by their name or as `organisation/project/key`.
 */
export function denialOf(access: Access | undefined, facts: WhoAsks): AccessDenial | undefined {
  if (!access) return undefined;
  const { deny } = access;
  if (deny && (names(deny, facts) || isListed(deny.tiers, facts.tier))) return 'access';
  const { organizations, projects, keys, tiers } = access;
  if (organizations && !organizations.includes(facts.organization)) return 'access';
  if (projects && !projects.includes(projectOf(facts))) return 'access';
  if (keys && !isKeyListed(keys, facts)) return 'access';
  return tiers && !isListed(tiers, facts.tier) ? 'tier' : undefined;
}

function names({ organizations, projects, keys }: NonNullable<Access['deny']>, facts: WhoAsks): boolean {
  return (
    isListed(organizations, facts.organization) ||
    isListed(projects, projectOf(facts)) ||
    (keys !== undefined && isKeyListed(keys, facts))
  );
}

function isListed(list: readonly string[] | undefined, name: string | undefined): boolean {
  return list !== undefined && name !== undefined && list.includes(name);
}

function isKeyListed(keys: readonly string[], facts: WhoAsks): boolean {
  return keys.includes(facts.key) || keys.includes(`${projectOf(facts)}/${facts.key}`);
}

function projectOf({ organization, project }: WhoAsks): string {
  return `${organization}/${project}`;
}
