import type { Facts, StickyBy } from '#libs/contracts';

/** What a request is told apart by, where equal values go the same way; undefined where the request does not have it. */
export function stickyValue(facts: Facts, by: StickyBy): string | undefined {
  if (by === 'project') return `${facts.organization}/${facts.project}`;
  const value = by === 'session' ? facts.session : by === 'user' ? facts.endUser : facts.key;
  return value === undefined ? undefined : `${facts.organization}/${facts.project}/${by}/${value}`;
}
