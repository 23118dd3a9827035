import { z } from 'zod';
import { compileCondition } from '#libs/conditions';
import type { RoutingRule } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { modelName } from '../field-types.js';
import { givenFields } from './given-fields.policy.js';
import { label } from './policy-field-types.js';
import { requirementFields } from './requirement-fields.js';
import { strategySetting } from './strategy-setting.js';
import { timeWindowFields } from './time-window-fields.js';

const LONGEST_SENTENCE = 500;

const condition = z.string().superRefine((text, context) => {
  const compilation = compileCondition(text);
  if (!compilation.isValid) context.addIssue({ code: 'custom', message: compilation.reason });
});

const sentence = z
  .string()
  .min(1)
  .max(LONGEST_SENTENCE)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one sentence without control characters');

const consequence = closedObject({
  model: modelName.optional(),
  tags: z.array(label).min(1).optional(),
  strategy: strategySetting.optional(),
  require: requirementFields.optional(),
  refuse: sentence.optional(),
}).superRefine(({ refuse, ...others }, context) => {
  const [other] = Object.keys(others);
  if (refuse === undefined || other === undefined) return;
  context.addIssue({
    code: 'custom',
    path: [other],
    message: 'stands beside refuse, which lets nothing through; keep one of the two',
  });
});

/** One rule of a model, read into the form of the contracts. */
export const ruleFields = closedObject({
  name: label,
  when: condition.optional(),
  window: timeWindowFields.optional(),
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the file; nobody awaits its schema
  then: consequence,
}).transform(({ name, when, window, then }): RoutingRule =>
  givenFields({
    name,
    when,
    window,
    useModel: then.model,
    onlyTags: then.tags,
    strategy: then.strategy,
    require: then.require,
    refuse: then.refuse,
  }),
);
