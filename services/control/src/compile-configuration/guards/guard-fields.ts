import { z } from 'zod';
import { BUILT_IN_CLASSES, classesNamed, dataClassOrGroup, guardAction, guardSide, slug } from '#libs/contracts';
import type { DataClass, GuardEntry } from '#libs/contracts';
import { reasonAgainstPattern } from '#libs/guards';

import { closedObject } from '../closed-object.js';
import { baseUrl, modelName, plainText } from '../field-types.js';
import { share } from '../routing-policies/policy-field-types.js';

const MOST_GUARDS = 50;
const MOST_WORDS = 1_000;
const MOST_PATTERNS = 100;
const MOST_ENTITIES = 100;
const LONGEST_WAIT_MILLISECONDS = 30_000;
const DEFAULT_WAIT_MILLISECONDS = 2_000;
const DEFAULT_LEAST_SCORE = 0.5;
const BUILT_IN: readonly DataClass[] = BUILT_IN_CLASSES;

const common = {
  name: slug,
  /** Most guards are for what goes out to providers. */
  on: z.array(guardSide).min(1).max(2).default(['request']),
} as const;
const asking = {
  timeoutMs: z.int().min(1).max(LONGEST_WAIT_MILLISECONDS).default(DEFAULT_WAIT_MILLISECONDS),
  onFailure: z.enum(['refuse', 'pass']).default('refuse'),
} as const;
const action = guardAction.default('block');
const blockOrNote = z.enum(['block', 'note']).default('block');

const pattern = z
  .string()
  .min(1)
  .max(1_000)
  .superRefine((text, context) => {
    const reason = reasonAgainstPattern(text);
    if (reason !== undefined) context.addIssue({ code: 'custom', message: reason });
  });

const classes = z
  .array(dataClassOrGroup)
  .min(1)
  .transform((named, context) => {
    const all = [...new Set(named.flatMap(classesNamed))];
    const builtIn = all.filter((one) => BUILT_IN.includes(one));
    const missing = named.filter((one) => classesNamed(one).every((each) => !BUILT_IN.includes(each)));
    for (const one of missing) {
      const remedy =
        one === 'custom' ? 'use kind: deny or kind: pattern' : 'names and addresses need a guard of kind: presidio';
      context.addIssue({ code: 'custom', message: `has no built-in detector for '${one}'; ${remedy}` });
    }
    return builtIn;
  });

const kinds = z.discriminatedUnion('kind', [
  closedObject({ ...common, kind: z.literal('detect'), classes, action }),
  closedObject({ ...common, kind: z.literal('deny'), words: z.array(plainText).min(1).max(MOST_WORDS), action }),
  closedObject({ ...common, kind: z.literal('pattern'), patterns: z.array(pattern).min(1).max(MOST_PATTERNS), action }),
  closedObject({ ...common, kind: z.literal('injection'), action: blockOrNote }),
  closedObject({
    ...common,
    ...asking,
    kind: z.literal('presidio'),
    url: baseUrl,
    language: z
      .string()
      .regex(/^[a-z]{2}$/, 'must be a language of two letters such as "en"')
      .default('en'),
    entities: z
      .array(z.string().regex(/^[A-Z][A-Z0-9_]{0,59}$/, 'must be an entity of Presidio such as "PERSON"'))
      .min(1)
      .max(MOST_ENTITIES)
      .default(['PERSON', 'LOCATION']),
    leastScore: share.default(DEFAULT_LEAST_SCORE),
    action,
  }),
  closedObject({
    ...common,
    ...asking,
    kind: z.literal('moderation'),
    model: modelName,
    categories: z.array(z.string().min(1).max(100)).min(1).max(MOST_ENTITIES).optional(),
    action: blockOrNote,
  }),
  closedObject({ ...common, ...asking, kind: z.literal('webhook'), url: baseUrl, action: blockOrNote }),
]);

/** The steps of an owner or a model, in order, read into the form of the contracts. */
export const guardFields = z
  .array(
    kinds.transform((fields): GuardEntry => {
      if (!('timeoutMs' in fields)) return fields;
      const { timeoutMs, ...rest } = fields;
      return { ...rest, timeoutMilliseconds: timeoutMs };
    }),
  )
  .min(1)
  .max(MOST_GUARDS)
  .superRefine((guards, context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of guards.entries()) {
      if (seen.has(name)) {
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: 'another guard here has this name already',
        });
      }
      seen.add(name);
    }
  });
