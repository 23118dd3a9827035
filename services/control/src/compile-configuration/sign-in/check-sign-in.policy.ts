import type { ConfigurationFile } from '../configuration-file.js';
import type { FieldProblem } from '../configuration-problem.js';
import { findRepeated } from '../find-repeated.policy.js';
import { suggestName } from '../nearest-name.policy.js';

/** What is wrong between identity providers and the organisations that they name. */
export function checkSignIn({ signIn, organizations }: ConfigurationFile): FieldProblem[] {
  const issuers = signIn?.oidc ?? [];
  const names = organizations.map(({ name }) => name);
  const repeated = findRepeated(issuers.map(({ name }) => name)).map((index) => ({
    path: ['signIn', 'oidc', index, 'name'],
    reason: 'another issuer has this name already',
  }));
  return [
    ...repeated,
    ...issuers.flatMap((issuer, index) => {
      const path = ['signIn', 'oidc', index];
      return [
        ...(issuer.organizations ?? []).flatMap((name, nth) => unknown(name, names, [...path, 'organizations', nth])),
        ...issuer.autoJoin.flatMap(({ organization, project }, nth) => {
          const at = [...path, 'autoJoin', nth];
          const home = organizations.find(({ name }) => name === organization);
          const isBeyond = issuer.organizations !== undefined && !issuer.organizations.includes(organization);
          return [
            ...unknown(organization, names, [...at, 'organization']),
            ...(isBeyond
              ? [{ path: [...at, 'organization'], reason: 'is none of the organizations that the issuer vouches for' }]
              : []),
            ...(project === undefined || !home
              ? []
              : unknown(
                  project,
                  home.projects.map(({ name }) => name),
                  [...at, 'project'],
                )),
          ];
        }),
      ];
    }),
  ];
}

function unknown(name: string, known: readonly string[], path: readonly PropertyKey[]): FieldProblem[] {
  return known.includes(name) ? [] : [{ path, reason: `names nothing that there is; ${suggestName(name, known)}` }];
}
