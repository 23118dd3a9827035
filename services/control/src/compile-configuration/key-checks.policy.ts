import type { FieldProblem } from './configuration-problem.js';
import type { ConfigurationOutline } from './configuration-outline.js';
import { findRepeated } from './find-repeated.policy.js';

/** Name of the bootstrap key's entry, so no key of the file may have it. */
export const ADMIN_KEY_NAME = 'admin';

interface KeyPlace {
  readonly path: readonly PropertyKey[];
  readonly name?: string | undefined;
  readonly key?: string | undefined;
}

/** What is wrong between organisations, projects and keys; `isAdminKey` tells the bootstrap key from others. */
export function checkKeys(
  { organizations }: ConfigurationOutline,
  isAdminKey: (key: string) => boolean,
): FieldProblem[] {
  const problems = repeatedNames(organizations, ['organizations'], 'organization');
  const keys: KeyPlace[] = [];
  for (const [index, { projects }] of organizations.entries()) {
    const path = ['organizations', index, 'projects'];
    problems.push(...repeatedNames(projects, path, 'project of this organization'));
    for (const [projectIndex, project] of projects.entries()) {
      const keysPath = [...path, projectIndex, 'keys'];
      problems.push(...repeatedNames(project.keys, keysPath, 'key of this project'));
      keys.push(...project.keys.map((key, keyIndex) => ({ ...key, path: [...keysPath, keyIndex] })));
    }
  }
  return [...problems, ...checkEachKey(keys, isAdminKey)];
}

function checkEachKey(keys: readonly KeyPlace[], isAdminKey: (key: string) => boolean): FieldProblem[] {
  const problems: FieldProblem[] = findRepeated(keys.map(({ key }) => key)).map((index) => ({
    path: [...(keys[index]?.path ?? []), 'key'],
    reason: 'another entry has the same key; a key belongs to one project only',
  }));
  for (const { path, name, key } of keys) {
    if (name === ADMIN_KEY_NAME) {
      problems.push({ path: [...path, 'name'], reason: 'is the name of the bootstrap key; choose another' });
    }
    if (key !== undefined && isAdminKey(key)) {
      problems.push({ path: [...path, 'key'], reason: 'is the bootstrap key (SWITCHYARD_ADMIN_KEY); choose another' });
    }
  }
  return problems;
}

function repeatedNames(
  entries: readonly { readonly name?: string | undefined }[],
  path: readonly PropertyKey[],
  what: string,
): FieldProblem[] {
  return findRepeated(entries.map(({ name }) => name)).map((index) => ({
    path: [...path, index, 'name'],
    reason: `another ${what} has this name already`,
  }));
}
