import type { ConfigurationFile } from '../configuration-file.js';
import type { FieldProblem } from '../configuration-problem.js';
import { suggestName } from '../nearest-name.policy.js';

/** Where the bootstrap key belongs when the file has no organizations. */
const HOME = 'default';

interface Rule {
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  readonly key?: string | undefined;
  readonly model?: string | undefined;
  readonly types?: readonly string[] | undefined;
}

/** What is wrong between the rules of the trail and what they name. Keys can be made at any time, so that their names are not looked up. */
export function checkTrail({ trail, organizations, models }: ConfigurationFile): FieldProblem[] {
  const known = {
    projects: new Map(organizations.map(({ name, projects }) => [name, projects.map((project) => project.name)])),
    models: models.map(({ name }) => name),
  };
  if (known.projects.size === 0) known.projects.set(HOME, [HOME]);
  return (['payloads', 'retention'] as const).flatMap((list) => {
    const rules: readonly Rule[] = trail?.[list] ?? [];
    return [
      ...rules.flatMap((rule, index) => checkRule(rule, ['trail', list, index], known)),
      ...repeated(rules, ['trail', list]),
    ];
  });
}

function checkRule(
  { organization, project, key, model }: Rule,
  path: readonly PropertyKey[],
  known: { readonly projects: ReadonlyMap<string, readonly string[]>; readonly models: readonly string[] },
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const unknown = (field: string, name: string, names: readonly string[]): void => {
    if (!names.includes(name))
      problems.push({ path: [...path, field], reason: `names nothing that there is; ${suggestName(name, names)}` });
  };
  if (project !== undefined && organization === undefined)
    problems.push({ path: [...path, 'project'], reason: 'needs an organization beside it' });
  if (key !== undefined && project === undefined)
    problems.push({ path: [...path, 'key'], reason: 'needs a project and an organization beside it' });
  if (organization !== undefined) unknown('organization', organization, [...known.projects.keys()]);
  const projects = organization === undefined ? undefined : known.projects.get(organization);
  if (project !== undefined && projects) unknown('project', project, projects);
  if (model !== undefined)
    unknown(
      'model',
      model.split(':')[0] ?? model,
      known.models.map((name) => name.split(':')[0] ?? name),
    );
  return problems;
}

/** Of two rules for the same requests neither would be the narrower one. */
function repeated(rules: readonly Rule[], path: readonly PropertyKey[]): FieldProblem[] {
  const seen = new Set<string>();
  return rules.flatMap(({ organization, project, key, model, types }, index) => {
    const name = JSON.stringify([organization, project, key, model, types?.toSorted()]);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: [...path, index], reason: 'another rule is for the same requests; leave one of them' }];
  });
}
