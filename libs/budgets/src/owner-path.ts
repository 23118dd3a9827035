import type { BudgetEntry } from '#libs/contracts';

/** Whose budget it is, as people read it: `organisation`, `organisation/project` or `organisation/project/key`. */
export function ownerPath({
  organization,
  project,
  key,
}: Pick<BudgetEntry, 'organization' | 'project' | 'key'>): string {
  return [organization, project, key].filter((part) => part !== undefined).join('/');
}
