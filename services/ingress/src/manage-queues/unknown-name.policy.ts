import type { PauseScope, Snapshot } from '#libs/contracts';

const MOST_SHOWN = 20;

/** What may be paused by name. */
export type PausableNames = Pick<Snapshot, 'providers' | 'models' | 'organizations'>;

/**
 * Why a name can be no provider, model or project of the configuration; undefined where it is one. Who misspells what is to rest
 * would believe that it rests.
 */
export function unknownName(scope: PauseScope, name: string, configuration: PausableNames): string | undefined {
  if (scope === 'all') return undefined;
  const names = NAMES[scope](configuration);
  if (names.includes(name)) return undefined;
  const there = names.length === 0 ? 'none' : names.slice(0, MOST_SHOWN).join(', ');
  return `There is no ${scope} '${name}' in the configuration. There is: ${there}${names.length > MOST_SHOWN ? ' …' : '.'}`;
}

const NAMES: Readonly<Record<Exclude<PauseScope, 'all'>, (of: PausableNames) => string[]>> = {
  provider: ({ providers }) => providers.map(({ name }) => name),
  model: ({ models }) => models.map(({ name }) => name),
  project: ({ organizations = [] }) =>
    organizations.flatMap(({ name: organization, projects }) => projects.map(({ name }) => `${organization}/${name}`)),
};
