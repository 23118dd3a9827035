import { z } from 'zod';
import { ABILITIES, MODALITIES, slug, unsupportedPolicy } from '#libs/contracts';

import { exchangeRates } from './budgets/budget-fields.js';
import { batchFields } from './batches/batch-fields.js';
import { closedObject } from './closed-object.js';
import { modelName, priority, waitMilliseconds, weight } from './field-types.js';
import { organizationFields, projectFields } from './organization-fields.js';
import { guardFields } from './guards/guard-fields.js';
import { privacyFields } from './guards/privacy-fields.js';
import { limitFields, planFields } from './plan-fields.js';
import { priceFields, unknownPrice } from './price-fields.js';
import { priceEntryFields } from './prices/price-entry-fields.js';
import { providerFields } from './provider-kinds.js';
import { autoFields } from './routing-policies/auto-fields.js';
import { breakerFields } from './routing-policies/breaker-fields.js';
import { routingFields, targetRoutingFields } from './routing-policies/routing-fields.js';
import { strategySetting } from './routing-policies/strategy-setting.js';
import { signInFileFields } from './sign-in/sign-in-fields.js';
import { trailFields } from './trail/trail-fields.js';

const MOST_TOKENS = 100_000_000;
/** A plain answer comes when all of it is made: within this time where nothing at all is said of first bytes. */
const DEFAULT_TIMEOUTS = { firstByteMs: 20_000, plainMs: 120_000, idleMs: 30_000, totalMs: 600_000 } as const;

const timeouts = closedObject({
  /** Of callers, where the others are of providers. */
  keepAliveMs: waitMilliseconds.optional(),
  firstByteMs: waitMilliseconds.optional(),
  plainMs: waitMilliseconds.optional(),
  idleMs: waitMilliseconds.default(DEFAULT_TIMEOUTS.idleMs),
  totalMs: waitMilliseconds.default(DEFAULT_TIMEOUTS.totalMs),
}).transform(({ firstByteMs, plainMs, ...others }) => ({
  ...others,
  firstByteMs: firstByteMs ?? DEFAULT_TIMEOUTS.firstByteMs,
  plainMs: plainMs ?? firstByteMs ?? DEFAULT_TIMEOUTS.plainMs,
}));

const target = closedObject({
  provider: slug,
  model: modelName,
  priority: priority.optional(),
  weight: weight.default(1),
  price: priceFields.optional(),
  contextWindow: z.int().positive().max(MOST_TOKENS).optional(),
  maxOutputTokens: z.int().positive().max(MOST_TOKENS).optional(),
  inputModalities: z.array(z.enum(MODALITIES)).min(1).optional(),
  outputModalities: z.array(z.enum(MODALITIES)).min(1).optional(),
  abilities: z.array(z.enum(ABILITIES)).optional(),
  batch: batchFields.optional(),
  ...targetRoutingFields,
});
export type TargetFields = z.infer<typeof target>;

const model = closedObject({
  name: modelName,
  strategy: strategySetting.default({ kind: 'priority' }),
  timeouts: timeouts.default(DEFAULT_TIMEOUTS),
  unsupported: unsupportedPolicy.optional(),
  unknownFields: z.enum(['pass', 'refuse']).optional(),
  /** Of all targets that say nothing themselves. */
  batch: batchFields.optional(),
  /** A model has targets, or stands for others. */
  targets: z.array(target).min(1).optional(),
  auto: autoFields.optional(),
  guards: guardFields.optional(),
  ...routingFields,
});
export type ModelFields = z.infer<typeof model>;
/** The names of all fields that a model may have. */
export const MODEL_FIELD_NAMES: readonly string[] = Object.keys(model.shape);

const project = closedObject(projectFields);

const organization = closedObject({ ...organizationFields, projects: z.array(project).default([]) });

/**
 * `switchyard.yaml` once its references are replaced: every field, its bounds and its default. `docs/configuration.md`
 * describes the same fields for people.
 */
export const configurationFile = closedObject({
  version: z.literal(1),
  providers: z
    .record(slug, providerFields)
    .refine((all) => Object.keys(all).length > 0, 'must have at least one entry'),
  models: z.array(model).min(1),
  unknownPrice: unknownPrice.default('refuse'),
  /** In the place of those at targets, from a time on. */
  prices: z.array(priceEntryFields).default([]),
  plans: z.array(planFields).default([]),
  organizations: z.array(organization).default([]),
  limits: limitFields.optional(),
  /** Of everybody. */
  privacy: privacyFields.optional(),
  guards: guardFields.optional(),
  exchangeRates,
  breaker: breakerFields.optional(),
  signIn: signInFileFields.optional(),
  trail: trailFields.optional(),
});
export type ConfigurationFile = z.infer<typeof configurationFile>;
