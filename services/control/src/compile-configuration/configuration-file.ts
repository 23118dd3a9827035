import { z } from 'zod';
import { slug } from '#libs/contracts';

import { closedObject } from './closed-object.js';
import { callerKey, modelName, priority, usdPerMillion, waitMilliseconds, weight } from './field-types.js';
import { providerFields } from './provider-kinds.js';

export const DEFAULT_TIMEOUTS = { firstByteMs: 20_000, idleMs: 30_000, totalMs: 600_000 } as const;

const price = closedObject({
  inputPerMillion: usdPerMillion,
  cachedInputPerMillion: usdPerMillion.optional(),
  outputPerMillion: usdPerMillion,
});

const timeouts = closedObject({
  firstByteMs: waitMilliseconds.default(DEFAULT_TIMEOUTS.firstByteMs),
  idleMs: waitMilliseconds.default(DEFAULT_TIMEOUTS.idleMs),
  totalMs: waitMilliseconds.default(DEFAULT_TIMEOUTS.totalMs),
});

const target = closedObject({
  provider: slug,
  model: modelName,
  priority: priority.optional(),
  weight: weight.default(1),
  price: price.optional(),
});
export type TargetFields = z.infer<typeof target>;

const model = closedObject({
  name: modelName,
  strategy: z.enum(['priority', 'weighted']).default('priority'),
  timeouts: timeouts.default(DEFAULT_TIMEOUTS),
  targets: z.array(target).min(1),
});
export type ModelFields = z.infer<typeof model>;

const project = closedObject({
  name: slug,
  keys: z.array(closedObject({ name: slug, key: callerKey })).default([]),
});

const organization = closedObject({ name: slug, projects: z.array(project).default([]) });

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
  organizations: z.array(organization).default([]),
});
export type ConfigurationFile = z.infer<typeof configurationFile>;
