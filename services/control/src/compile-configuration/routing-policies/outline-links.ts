import type { ConfigurationOutline } from '../configuration-outline.js';
import { ModelLinks } from './model-links.policy.js';

export type ModelOutline = ConfigurationOutline['models'][number];
export type TargetOutline = ModelOutline['targets'][number];
export type OutlineLinks = ModelLinks<TargetOutline>;

/** How the models of a file that may be wrong in places lead to each other. */
export function linksOf({ models }: ConfigurationOutline): OutlineLinks {
  return new ModelLinks(
    models.map(({ name, targets, rules, auto, fallbacks }) => ({
      name,
      targets,
      ruleModels: rules.map((rule) => rule?.useModel),
      autoModels: auto ? [auto.weak, auto.strong] : [],
      fallbacks: Object.values(fallbacks ?? {}).flatMap((names) => names ?? []),
    })),
  );
}
