import type { Access, Requirements } from '#libs/contracts';

import type { FieldProblem } from '../configuration-problem.js';
import { nearestName, suggestName } from '../nearest-name.policy.js';
import type { KnownCallers } from './known-callers.policy.js';
import type { ModelOutline, OutlineLinks, TargetOutline } from './outline-links.js';

/** The names that policies may use. */
export interface KnownNames {
  readonly links: OutlineLinks;
  readonly providers: readonly string[];
  readonly callers: KnownCallers;
}

/** What is wrong with the tags, providers, organizations, projects, keys and tiers that the policies of a model name. */
export function checkPolicyNames(model: ModelOutline, index: number, known: KnownNames): FieldProblem[] {
  const path = ['models', index];
  return [
    ...checkRequirements(model.require, [...path, 'require'], known),
    ...model.rules.flatMap((rule, place) =>
      checkRequirements(rule?.require, [...path, 'rules', place, 'then', 'require'], known),
    ),
    ...checkAccess(model.access, [...path, 'access'], known),
    ...model.targets.flatMap(({ access }, place) => checkAccess(access, [...path, 'targets', place, 'access'], known)),
    ...checkTags(model, index, known),
  ];
}

function checkTags(model: ModelOutline, index: number, { links }: KnownNames): FieldProblem[] {
  const path = ['models', index];
  const linked = links.models[index];
  if (!linked) return [];
  const tagsOf = (targets: Iterable<TargetOutline>): string[] => [...targets].flatMap(({ tags }) => tags ?? []);
  const ofRules = model.rules.flatMap((rule, place) => {
    if (!rule?.onlyTags) return [];
    const known = tagsOf(links.reachableByRule(linked, place));
    const at = (tag: number): PropertyKey[] => [...path, 'rules', place, 'then', 'tags', tag];
    return rule.onlyTags.flatMap((tag, order) => unknownTag(tag, at(order), known));
  });
  const { canary } = model;
  return canary ? [...ofRules, ...unknownTag(canary.tag, [...path, 'canary', 'tag'], tagsOf(model.targets))] : ofRules;
}

function unknownTag(tag: string, path: PropertyKey[], known: readonly string[]): FieldProblem[] {
  if (known.includes(tag)) return [];
  return [{ path, reason: `no target here has the tag "${tag}"; ${suggestName(tag, [...new Set(known)])}` }];
}

function checkRequirements(
  requirements: Requirements | undefined,
  path: readonly PropertyKey[],
  { providers: known }: KnownNames,
): FieldProblem[] {
  return (['providers', 'notProviders'] as const).flatMap((list) =>
    (requirements?.[list] ?? []).flatMap((name, place) =>
      known.includes(name)
        ? []
        : [{ path: [...path, list, place], reason: `no provider is called "${name}"; ${suggestName(name, known)}` }],
    ),
  );
}

/** More names than these are not told in a problem. */
const MOST_LISTED = 20;

const REMEDY_OF_TIERS = 'give it as tier to a key, a project or an organization';

function checkAccess(access: Access | undefined, path: readonly PropertyKey[], known: KnownNames): FieldProblem[] {
  if (!access) return [];
  const { deny, ...allow } = access;
  return [...checkCallers(allow, path, known.callers), ...checkCallers(deny ?? {}, [...path, 'deny'], known.callers)];
}

function checkCallers(lists: Access, path: readonly PropertyKey[], callers: KnownCallers): FieldProblem[] {
  return (['organizations', 'projects', 'keys', 'tiers'] as const).flatMap((list) =>
    (lists[list] ?? []).flatMap((name, place) =>
      callers[list].includes(name)
        ? []
        : [{ path: [...path, list, place], reason: reasonAgainst(name, list, callers) }],
    ),
  );
}

/** A name among keys is not repeated: somebody may have put the key itself there. */
function reasonAgainst(name: string, list: keyof KnownCallers, callers: KnownCallers): string {
  const hint = hintAt(name, callers[list]);
  if (list === 'keys') return `no key has this name; ${hint}. Keys are told by their names, never by themselves`;
  if (list === 'tiers') return `no key has the tier "${name}"; ${hint}, or ${REMEDY_OF_TIERS}`;
  return `there is no ${list.slice(0, -1)} "${name}"; ${hint}`;
}

/** All names, or the nearest one where there are too many to read. */
function hintAt(name: string, known: readonly string[]): string {
  if (known.length <= MOST_LISTED) return suggestName(name, known);
  const nearest = nearestName(name, known);
  return nearest === undefined ? 'organizations in this file lists all there are' : `did you mean "${nearest}"?`;
}
