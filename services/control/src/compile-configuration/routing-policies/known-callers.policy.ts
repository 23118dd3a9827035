import type { ConfigurationOutline } from '../configuration-outline.js';
import { ADMIN_KEY_NAME } from '../key-checks.policy.js';

/** Who may call, in the words of `access`. */
export interface KnownCallers {
  readonly organizations: readonly string[];
  /** As `organization/project`. */
  readonly projects: readonly string[];
  /** By their names alone, and as `organization/project/key`. */
  readonly keys: readonly string[];
  /** That some key, project or organization has. */
  readonly tiers: readonly string[];
}

/** Where the bootstrap key belongs when the file has no organizations. */
const HOME = 'default';

/** Everybody whom the file lets call, the bootstrap key included. */
export function knownCallers({ organizations }: ConfigurationOutline): KnownCallers {
  const [first] = organizations;
  const home = [first?.name ?? HOME, first?.projects[0]?.name ?? HOME].join('/');
  const projects = organizations.flatMap((organization) =>
    organization.projects.map((project) => ({ ...project, organization })),
  );
  const keys = projects.flatMap(({ organization, ...project }) =>
    project.keys.map((key) => ({
      names: [key.name ?? '', `${organization.name}/${project.name}/${key.name}`],
      tier: key.tier ?? project.tier ?? organization.tier,
    })),
  );
  // Keys of the admin API, and people, have the tiers of their places.
  const ofPlaces = projects.map(({ organization, tier }) => tier ?? organization.tier);
  const tiers = [first?.projects[0]?.tier ?? first?.tier, ...keys.map(({ tier }) => tier), ...ofPlaces];
  return {
    organizations: distinct([first?.name ?? HOME, ...organizations.map(({ name }) => name)]),
    projects: distinct([home, ...projects.map(({ organization, name }) => `${organization.name}/${name}`)]),
    keys: distinct([ADMIN_KEY_NAME, `${home}/${ADMIN_KEY_NAME}`, ...keys.flatMap(({ names }) => names)]),
    tiers: distinct(tiers),
  };
}

function distinct(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}
