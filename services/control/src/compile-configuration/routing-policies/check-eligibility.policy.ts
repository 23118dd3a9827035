import type { ModelEntry, Requirements } from '#libs/contracts';
import { requirementsOfData } from '#libs/routing';

import type { CompiledConfiguration } from '../compiled-configuration.js';
import type { FieldProblem } from '../configuration-problem.js';
import { ModelLinks } from './model-links.policy.js';
import { neverMeets, type JudgedTarget } from './unmet-requirements.policy.js';

/** As many targets as a problem names with the reason of each. */
const MOST_NAMED = 3;

type Links = ModelLinks<JudgedTarget>;
type Linked = Links['models'][number];

/** A model with its place in the file and in the web of models. */
interface Place {
  readonly entry: ModelEntry;
  readonly linked: Linked;
  readonly links: Links;
  readonly path: readonly PropertyKey[];
}

/**
 * Requirements that no target can ever meet: of a model, of one of its rules together with the model's, or of a model that
 * another one falls back to or is copied to. Looks at targets with all their defaults, so that a file must be good in all else.
 */
export function checkEligibility({ models, providers }: CompiledConfiguration): FieldProblem[] {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const links: Links = new ModelLinks(
    models.map(({ name, targets, routing, auto }) => ({
      name,
      targets: targets.map((entry) => ({ entry, provider: byName.get(entry.provider) })),
      ruleModels: (routing?.rules ?? []).map(({ useModel }) => useModel),
      autoModels: auto ? [auto.weak, auto.strong] : [],
      fallbacks: Object.values(routing?.fallbacks ?? {}).flat(),
    })),
  );
  return links.models.flatMap((linked, index) => {
    const entry = models[index];
    return entry ? checkModel({ entry, linked, links, path: ['models', index] }) : [];
  });
}

function checkModel(place: Place): FieldProblem[] {
  const { entry, linked, links, path } = place;
  const own = entry.routing?.require ? [entry.routing.require] : [];
  const reason = nothingLeft(links.reachable(linked), own);
  if (reason !== undefined) return [{ path: [...path, 'require'], reason }];
  return [...checkRules(place, own), ...checkFallbacks(place, own), ...checkShadow(place, own)];
}

function checkRules({ entry, linked, links, path }: Place, own: readonly Requirements[]): FieldProblem[] {
  return (entry.routing?.rules ?? []).flatMap((rule, index) => {
    if (!rule.require && !rule.onlyTags && rule.useModel === undefined) return [];
    const all = rule.require ? [...own, rule.require] : own;
    const reason = nothingLeft(links.reachableByRule(linked, index), all, rule.onlyTags);
    return reason === undefined ? [] : [{ path: [...path, 'rules', index, 'then', partOf(rule)], reason }];
  });
}

function checkFallbacks({ entry, links, path }: Place, own: readonly Requirements[]): FieldProblem[] {
  return Object.entries(entry.routing?.fallbacks ?? {}).flatMap(([list, names]) =>
    names.flatMap((name, index) => {
      const model = links.find(name);
      const reason = model && nothingLeft(links.reachable(model), own);
      return reason === undefined ? [] : [{ path: [...path, 'fallbacks', list, index], reason }];
    }),
  );
}

/** A copy holds the same data as the request, so that what is required of whoever gets it holds for the copy. */
function checkShadow({ entry, links, path }: Place, own: readonly Requirements[]): FieldProblem[] {
  const model = links.find(entry.routing?.shadow?.model ?? '');
  const reason = model && nothingLeft(links.reachable(model), own.map(requirementsOfData));
  return reason === undefined ? [] : [{ path: [...path, 'shadow', 'model'], reason }];
}

function partOf({ require, onlyTags }: { readonly require?: unknown; readonly onlyTags?: unknown }): string {
  if (require !== undefined) return 'require';
  return onlyTags === undefined ? 'model' : 'tags';
}

/** Why nothing is left, or undefined where a target may serve some request. */
function nothingLeft(
  targets: Iterable<JudgedTarget>,
  required: readonly Requirements[],
  onlyTags?: readonly string[],
): string | undefined {
  const reasons: string[] = [];
  for (const target of targets) {
    const reason = against(target, required, onlyTags);
    if (reason === undefined) return undefined;
    reasons.push(`${target.entry.provider} ${target.entry.model} (${reason})`);
  }
  if (reasons.length === 0) return undefined;
  const more = reasons.length - MOST_NAMED;
  const named = reasons.slice(0, MOST_NAMED).join(', ');
  return `no target is left: ${named}${more > 0 ? ` and ${more} more` : ''}; require less, or add a target that fits`;
}

function against(
  target: JudgedTarget,
  required: readonly Requirements[],
  onlyTags: readonly string[] | undefined,
): string | undefined {
  if (onlyTags && !onlyTags.some((tag) => target.entry.tags?.includes(tag))) return 'it has none of the tags';
  for (const requirements of required) {
    const reason = neverMeets(requirements, target);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
