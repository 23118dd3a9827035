import { z } from 'zod';
import { PAYLOAD_KEEPING, slug, type PayloadRule, type RetentionRule } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { modelName } from '../field-types.js';
import { givenFields } from '../routing-policies/given-fields.policy.js';

const MOST_RULES = 1_000;
const MOST_DAYS = 36_500;
const DEFAULT_KIB = 1_024;
const MOST_KIB = 16_384;
const TYPE = /^[a-z][a-z0-9-]*\.([a-z][a-z0-9-]*|\*)$/;

const days = z.int().positive().max(MOST_DAYS);
/** Whose requests a rule is for; those of everybody where it names nothing. */
const requests = { organization: slug.optional(), project: slug.optional(), model: modelName.optional() };

const payloadRule = closedObject({
  ...requests,
  key: slug.optional(),
  keep: z.enum(PAYLOAD_KEEPING),
  mostKib: z.int().positive().max(MOST_KIB).default(DEFAULT_KIB),
  retentionDays: days.optional(),
});

const retentionRule = closedObject({
  class: slug,
  ...requests,
  types: z
    .array(z.string().regex(TYPE, 'must be a type such as "request.completed", or "request.*"'))
    .min(1)
    .optional(),
  days,
});

/** What is kept of prompts and answers beside the trail, and how long which entries are. */
export const trailFields = closedObject({
  payloads: z.array(payloadRule).max(MOST_RULES).default([]),
  retention: z.array(retentionRule).max(MOST_RULES).default([]),
});
export type TrailFields = z.infer<typeof trailFields>;

/** In the form of the contracts; nothing where the file says nothing. */
export function assembleTrail(fields: TrailFields | undefined): {
  payloads: PayloadRule[];
  retention: RetentionRule[];
} {
  return {
    payloads: (fields?.payloads ?? []).map(({ mostKib, ...rule }) =>
      givenFields({ ...rule, mostBytes: mostKib * 1024 }),
    ),
    retention: (fields?.retention ?? []).map((rule) => givenFields(rule)),
  };
}
