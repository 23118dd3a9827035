import type { FieldProblem } from './configuration-problem.js';
import type { ConfigurationOutline } from './configuration-outline.js';
import type { LimitsOutline } from './limits-outline.js';
import { suggestName } from './nearest-name.policy.js';

type Path = readonly PropertyKey[];

/** What there is to be limited. */
export interface LimitableNames {
  readonly models: readonly string[];
  readonly providers: readonly string[];
}

interface PlacedLimits {
  readonly limits: LimitsOutline | undefined;
  readonly path: Path;
}

/** Limits of models and providers that there are not: they would hold nobody back. */
export function checkLimits(outline: ConfigurationOutline): FieldProblem[] {
  const names = {
    models: outline.models.flatMap(({ name }) => name ?? []),
    providers: Object.keys(outline.providers),
  };
  return placesOf(outline).flatMap(({ limits, path }) => (limits ? unknownNamesIn(limits, names, path) : []));
}

/** The names in one set of limits that nothing has. */
export function unknownNamesIn(limits: LimitsOutline, names: LimitableNames, path: Path): FieldProblem[] {
  const unknown = (part: 'models' | 'providers', what: string): FieldProblem[] =>
    Object.keys(limits[part] ?? {})
      .filter((name) => !names[part].includes(name))
      .map((name) => ({
        path: [...path, part, name],
        reason: `no ${what} is called "${name}"; ${suggestName(name, names[part])}`,
      }));
  return [...unknown('models', 'model'), ...unknown('providers', 'provider')];
}

function placesOf({ limits, plans, organizations }: ConfigurationOutline): PlacedLimits[] {
  return [
    { limits, path: ['limits'] },
    ...plans.map((plan, index) => ({ limits: plan.limits, path: ['plans', index, 'limits'] })),
    ...organizations.flatMap((organization, index) => [
      { limits: organization.limits, path: ['organizations', index, 'limits'] },
      ...organization.projects.flatMap((project, place) => {
        const path = ['organizations', index, 'projects', place];
        const ofKeys = project.keys.map((key, keyPlace) => ({
          limits: key.limits,
          path: [...path, 'keys', keyPlace, 'limits'],
        }));
        return [{ limits: project.limits, path: [...path, 'limits'] }, ...ofKeys];
      }),
    ]),
  ];
}
