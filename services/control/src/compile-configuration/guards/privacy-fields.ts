import { z } from 'zod';
import { classesNamed, dataClassOrGroup, slug, type PrivacyEntry } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { givenFields } from '../routing-policies/given-fields.policy.js';
import { label } from '../routing-policies/policy-field-types.js';

const MOST_ENTRIES = 100;
const names = z.array(slug).min(1).max(MOST_ENTRIES).optional();

const dataRequirements = {
  regions: z.array(label).min(1).max(MOST_ENTRIES).optional(),
  providers: names,
  notProviders: names,
  noTraining: z.literal(true, { error: 'must be true; a policy only takes away, so leave the field out' }).optional(),
  zeroRetention: z
    .literal(true, { error: 'must be true; a policy only takes away, so leave the field out' })
    .optional(),
} as const;

const asksNothing = 'asks for nothing; give it a field such as regions, or remove it';
const isNotEmpty = (fields: object): boolean => Object.keys(fields).length > 0;

/** Who may get the data of an owner's requests, read into the form of the contracts. */
export const privacyFields = closedObject({
  ...dataRequirements,
  whenFound: z
    .array(
      closedObject({
        classes: z.array(dataClassOrGroup).min(1),
        require: closedObject(dataRequirements).refine(isNotEmpty, asksNothing),
      }),
    )
    .min(1)
    .max(MOST_ENTRIES)
    .optional(),
})
  .refine(isNotEmpty, asksNothing)
  .transform(({ whenFound, ...always }): PrivacyEntry =>
    givenFields({
      ...always,
      whenFound: whenFound?.map(({ classes, require }) => ({
        classes: [...new Set(classes.flatMap(classesNamed))],
        require: givenFields(require),
      })),
    }),
  );
