import { z } from 'zod';
import { slug, type Requirements } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { usdFor, usdPerMillion } from '../field-types.js';
import { givenFields } from './given-fields.policy.js';
import { label } from './policy-field-types.js';

/** What a target must be to serve a request, read into the form of the contracts. */
export const requirementFields = closedObject({
  regions: z.array(label).min(1).optional(),
  providers: z.array(slug).min(1).optional(),
  notProviders: z.array(slug).min(1).optional(),
  noTraining: z.boolean().optional(),
  zeroRetention: z.boolean().optional(),
  maxInputPerMillion: usdPerMillion.optional(),
  maxOutputPerMillion: usdPerMillion.optional(),
  maxCost: usdFor('one call').optional(),
})
  .refine((fields) => Object.keys(fields).length > 0, 'requires nothing; give it a field such as regions, or remove it')
  .transform(({ maxInputPerMillion, maxOutputPerMillion, maxCost, ...rest }): Requirements =>
    givenFields({
      ...rest,
      mostInputNanoUsdPerMillion: maxInputPerMillion,
      mostOutputNanoUsdPerMillion: maxOutputPerMillion,
      mostCostNanoUsd: maxCost,
    }),
  );
