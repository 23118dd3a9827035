import type { ConfigurationOutline } from '../configuration-outline.js';
import type { FieldProblem } from '../configuration-problem.js';
import { checkModelNames } from './check-model-names.policy.js';
import { checkModelShape } from './check-model-shape.policy.js';
import { checkPolicyNames } from './check-policy-names.policy.js';
import { checkRules } from './check-rules.policy.js';
import { knownCallers } from './known-callers.policy.js';
import { linksOf } from './outline-links.js';

/** What is wrong between the policies of models and all that they name. */
export function checkPolicies(outline: ConfigurationOutline): FieldProblem[] {
  const links = linksOf(outline);
  const known = { links, providers: Object.keys(outline.providers), callers: knownCallers(outline) };
  return outline.models.flatMap((model, index) => [
    ...checkModelShape(model, index),
    ...checkModelNames(model, index, links),
    ...checkRules(model, index, links),
    ...checkPolicyNames(model, index, known),
  ]);
}
