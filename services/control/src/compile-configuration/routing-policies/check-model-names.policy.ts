import type { FieldProblem } from '../configuration-problem.js';
import { findRepeated } from '../find-repeated.policy.js';
import { suggestName } from '../nearest-name.policy.js';
import { AUTO_SUFFIXES } from './model-links.policy.js';
import type { ModelOutline, OutlineLinks } from './outline-links.js';

/** What is wrong with the models that a model names, and with its own name. */
export function checkModelNames(model: ModelOutline, index: number, links: OutlineLinks): FieldProblem[] {
  const path = ['models', index];
  return [
    ...hidden(model, path, links),
    ...checkRuleModels(model, path, links),
    ...checkFallbacks(model, path, links),
    ...checkShadow(model, path, links),
    ...checkAuto(model, path, links),
  ];
}

/** A whole name goes before a suffix, so that such a model would take a level away from another one. */
function hidden({ name = '' }: ModelOutline, path: PropertyKey[], links: OutlineLinks): FieldProblem[] {
  const colon = name.lastIndexOf(':');
  const suffix = name.slice(colon + 1);
  const other = links.models.find((one) => one.name === name.slice(0, colon) && one.autoModels.length > 0);
  if (colon < 1 || !other || !AUTO_SUFFIXES.includes(suffix)) return [];
  const reason = `hides the suffix ":${suffix}" of the model "${other.name}", which has auto; choose another name`;
  return [{ path: [...path, 'name'], reason }];
}

function checkRuleModels({ rules }: ModelOutline, path: PropertyKey[], links: OutlineLinks): FieldProblem[] {
  return rules.flatMap((rule, place) =>
    rule?.useModel === undefined || links.find(rule.useModel)
      ? []
      : [unknown(rule.useModel, [...path, 'rules', place, 'then', 'model'], links)],
  );
}

function checkFallbacks(
  { name: own, fallbacks }: ModelOutline,
  path: PropertyKey[],
  links: OutlineLinks,
): FieldProblem[] {
  return Object.entries(fallbacks ?? {}).flatMap(([list, names]) => {
    const at = (place: number): PropertyKey[] => [...path, 'fallbacks', list, place];
    const repeated = findRepeated(names).map((place) => ({ path: at(place), reason: 'is listed already; remove it' }));
    const wrong = names.flatMap((name, place) => {
      const found = links.find(name);
      if (!found) return [unknown(name, at(place), links)];
      if (own === undefined || found.name !== own) return [];
      return [{ path: at(place), reason: 'is the model itself; its own targets are tried already' }];
    });
    return [...repeated, ...wrong];
  });
}

function checkShadow({ name: own, shadow }: ModelOutline, path: PropertyKey[], links: OutlineLinks): FieldProblem[] {
  if (!shadow) return [];
  const at = [...path, 'shadow', 'model'];
  if (!links.has(shadow.model)) return [unknown(shadow.model, at, links)];
  if (shadow.model !== own) return [];
  return [{ path: at, reason: 'is the model itself; copies go to another one' }];
}

function checkAuto({ auto }: ModelOutline, path: PropertyKey[], links: OutlineLinks): FieldProblem[] {
  if (!auto) return [];
  return (['weak', 'strong'] as const).flatMap((side) => {
    const at = [...path, 'auto', side];
    const found = links.find(auto[side]);
    if (!found) return [unknown(auto[side], at, links)];
    if (found.autoModels.length === 0) return [];
    return [{ path: at, reason: `is a model with auto itself; name one that has targets` }];
  });
}

function unknown(name: string, path: PropertyKey[], links: OutlineLinks): FieldProblem {
  return { path, reason: `no model is called "${name}"; ${suggestName(name, links.names)}` };
}
