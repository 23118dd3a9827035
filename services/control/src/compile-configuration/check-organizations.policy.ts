import { plansOf } from './built-in-plans.js';
import type { FieldProblem } from './configuration-problem.js';
import type { ConfigurationFile } from './configuration-file.js';
import { findRepeated } from './find-repeated.policy.js';
import { suggestName } from './nearest-name.policy.js';

type Organization = ConfigurationFile['organizations'][number];
type Path = readonly PropertyKey[];

/** Names that mean something else where organisations are named. */
const RESERVED = new Set(['installation']);

/** What is wrong between plans, organisations, projects, accounts and what keys are bound to. */
export function checkOrganizations({ organizations, plans, providers }: ConfigurationFile): FieldProblem[] {
  const names = { plans: plansOf(plans).map(({ name }) => name), providers: Object.keys(providers) };
  return [
    ...repeated(
      plans.map(({ name }) => name),
      ['plans'],
      'plan',
    ),
    ...organizations.flatMap((organization, index) => checkOrganization(organization, ['organizations', index], names)),
  ];
}

interface KnownNames {
  readonly plans: readonly string[];
  readonly providers: readonly string[];
}

function checkOrganization(organization: Organization, path: Path, names: KnownNames): FieldProblem[] {
  const projects = organization.projects.map(({ name }) => name);
  const accounts = organization.serviceAccounts.map(({ name }) => name);
  const reserved = RESERVED.has(organization.name)
    ? [{ path: [...path, 'name'], reason: 'is reserved; choose another name' }]
    : [];
  const held = [...organization.members.entries()].map(([index, one]) => ({ one, at: [...path, 'members', index] }));
  const run = [...organization.serviceAccounts.entries()].map(([index, one]) => ({
    one,
    at: [...path, 'serviceAccounts', index],
  }));
  return [
    ...reserved,
    ...unknown(organization.plan, names.plans, [...path, 'plan']),
    ...repeated(accounts, [...path, 'serviceAccounts'], 'service account'),
    ...[...held, ...run].flatMap(({ one, at }) => unknown(one.project, projects, [...at, 'project'])),
    ...organization.projects.flatMap((project, index) => {
      const at = [...path, 'projects', index];
      return [
        ...unknown(project.plan, names.plans, [...at, 'plan']),
        ...project.keys.flatMap((key, place) => [
          ...unknown(key.serviceAccount, accounts, [...at, 'keys', place, 'serviceAccount']),
          ...(key.providers ?? []).flatMap((provider, nth) =>
            unknown(provider, names.providers, [...at, 'keys', place, 'providers', nth]),
          ),
        ]),
      ];
    }),
  ];
}

function unknown(name: string | undefined, known: readonly string[], path: Path): FieldProblem[] {
  if (name === undefined || known.includes(name)) return [];
  return [{ path, reason: `names nothing that there is; ${suggestName(name, known)}` }];
}

function repeated(names: readonly string[], path: Path, what: string): FieldProblem[] {
  return findRepeated(names).map((index) => ({
    path: [...path, index, 'name'],
    reason: `another ${what} has this name already`,
  }));
}
