import { z } from 'zod';

import { accessFields } from './access-fields.js';
import { autoFields } from './auto-fields.js';
import { label } from './policy-field-types.js';
import { requirementFields } from './requirement-fields.js';
import { canaryFields, cutSetting, fallbackFields, hedgeFields, shadowFields } from './routing-fields.js';
import { ruleFields } from './rule-fields.js';
import { strategySetting } from './strategy-setting.js';

const readable = <Field extends z.ZodType>(field: Field) => field.optional().catch(undefined);

/** What the checks between fields look at in the policies of a model: each one that can be read by itself. */
export const modelOutline = {
  strategy: readable(strategySetting),
  /** A rule that has a problem of its own is `undefined` and keeps its place. */
  rules: z.array(readable(ruleFields)).catch([]),
  require: readable(requirementFields),
  access: readable(accessFields),
  canary: readable(canaryFields),
  fallbacks: readable(fallbackFields),
  onCut: readable(cutSetting),
  hedge: readable(hedgeFields),
  shadow: readable(shadowFields),
  auto: readable(autoFields),
  /** Names of all fields that are there, right or wrong. */
  given: z.array(z.string()).optional(),
};

/** Adds `given` to a model as it stands in the file. */
export function withGiven(model: unknown): unknown {
  return typeof model === 'object' && model !== null ? { ...model, given: Object.keys(model) } : model;
}

/** The same for a target. */
export const targetOutline = {
  tags: readable(z.array(label)),
  access: readable(accessFields),
};
