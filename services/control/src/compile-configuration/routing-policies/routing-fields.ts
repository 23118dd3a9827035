import { z } from 'zod';
import { slug, stickyBy } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { modelName, waitMilliseconds } from '../field-types.js';
import { accessFields } from './access-fields.js';
import { failureFields } from './failure-fields.js';
import { label, percentile, share } from './policy-field-types.js';
import { requirementFields } from './requirement-fields.js';
import { ruleFields } from './rule-fields.js';
import { timeWindowFields } from './time-window-fields.js';

const MOST_RULES = 100;
const MOST_QUOTA = 1_000_000_000;
const LONGEST_KEPT_SECONDS = 604_800;
const LONGEST_HEDGE_MILLISECONDS = 600_000;
const DEFAULT_HEDGE = { percentile: 95, minMs: 100, maxMs: 5_000 } as const;

const quota = z.int().positive().max(MOST_QUOTA).optional();
const modelNames = z.array(modelName).min(1).optional();
const hedgeWait = z.int().max(LONGEST_HEDGE_MILLISECONDS);

export const dataPolicyFields = closedObject({ training: z.boolean().optional(), retention: z.boolean().optional() });

/** Models whose targets are tried after the model's own; two of the lists are for one class of failure only. */
export const fallbackFields = closedObject({
  models: modelNames,
  contextTooLong: modelNames,
  contentFilter: modelNames,
});

export const canaryFields = closedObject({ tag: label, share, by: stickyBy.optional() });

/** What becomes of a stream that breaks off. */
export const cutSetting = z.enum(['error', 'rescue']);

export const shadowFields = closedObject({ model: modelName, share });

export const hedgeFields = closedObject({
  percentile: percentile.default(DEFAULT_HEDGE.percentile),
  minMs: hedgeWait.min(0).default(DEFAULT_HEDGE.minMs),
  maxMs: hedgeWait.min(1).default(DEFAULT_HEDGE.maxMs),
})
  .refine(({ minMs, maxMs }) => minMs <= maxMs, {
    path: ['minMs'],
    error: 'is longer than maxMs; lower it, or raise maxMs',
  })
  .transform(({ percentile: of, minMs, maxMs }) => ({
    percentile: of,
    leastMilliseconds: minMs,
    mostMilliseconds: maxMs,
  }));

/** What a model may have beside its targets and its strategy. */
export const routingFields = {
  rules: z.array(ruleFields).max(MOST_RULES).optional(),
  require: requirementFields.optional(),
  access: accessFields.optional(),
  sticky: stickyBy.optional(),
  canary: canaryFields.optional(),
  fallbacks: fallbackFields.optional(),
  failures: failureFields.optional(),
  deadlineMs: waitMilliseconds.optional(),
  onCut: cutSetting.optional(),
  hedge: hedgeFields.optional(),
  shadow: shadowFields.optional(),
  cache: closedObject({
    seconds: z.int().positive().max(LONGEST_KEPT_SECONDS),
    priceShare: share.default(0),
  }).optional(),
  callersWishes: z.enum(['follow', 'ignore']).optional(),
};

/** What a target may have for the routing to look at. */
export const targetRoutingFields = {
  region: label.optional(),
  dataPolicy: dataPolicyFields.optional(),
  quality: share.optional(),
  tags: z.array(label).min(1).optional(),
  access: accessFields.optional(),
  window: timeWindowFields.optional(),
  quotas: closedObject({ requestsPerMinute: quota, tokensPerMinute: quota, concurrency: quota }).optional(),
};

/** The plan or class of who calls with a key: of the key, else of its project, else of its organization. */
export const tier = slug.optional();
