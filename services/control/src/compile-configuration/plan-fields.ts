import { z } from 'zod';
import { PLAN_FEATURES, rateLimitShape, slug } from '#libs/contracts';

import { markupField } from './budgets/markup-field.js';
import { closedObject } from './closed-object.js';
import { modelName, plainText } from './field-types.js';
import { STRATEGY_NAMES } from './routing-policies/strategy-setting.js';

const MOST_ENTRIES = 1_000;
const rateLimits = closedObject(rateLimitShape);

/** How much may be asked for, at a plan, an organisation, a project or a key, or by everybody together. */
export const limitFields = closedObject({
  ...rateLimitShape,
  eachEndUser: rateLimits.optional(),
  models: z.record(modelName, rateLimits).optional(),
  providers: z.record(slug, rateLimits).optional(),
});

/** What customers can buy, as the operator's own names. */
export const planFields = closedObject({
  name: slug,
  displayName: plainText.optional(),
  markup: markupField.optional(),
  limits: limitFields.optional(),
  models: z.array(modelName).max(MOST_ENTRIES).optional(),
  strategies: z.array(z.enum(STRATEGY_NAMES)).max(STRATEGY_NAMES.length).optional(),
  retentionDays: z.int().positive().max(36_500).optional(),
  features: z.array(z.enum(PLAN_FEATURES)).optional(),
  support: plainText.optional(),
});
export type PlanFields = z.infer<typeof planFields>;
